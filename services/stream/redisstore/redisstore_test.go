package redisstore_test

import (
	"context"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/api/streams/streamstest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/redisstore"
	"xiaozhibo.dev/services/stream/storetest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

func TestTheServiceKeepsItsContract(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		streamstest.Run(t, func(t *testing.T, settings streamstest.Settings) (streams.Service, func(context.Context) error) {
			config := stream.Config{
				LiveTTL:         settings.LiveTTL,
				MinRecording:    settings.MinRecording,
				RecordingWindow: settings.RecordingWindow,
				AnchorTTL:       settings.AnchorTTL,
				MaxOpens:        settings.MaxOpens,

				ListRequiresPush: settings.ListRequiresPush,
			}
			service := stream.New(config, mustOpen(t, open(t, redistest.Prefix(), settings.Now), config))
			return service, service.Sweep
		})
	})
}

func TestSessionsAreCounted(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		storetest.Sessions(t, func(t *testing.T, config stream.Config, now func() time.Time) stream.Store {
			return mustOpen(t, open(t, redistest.Prefix(), now), config)
		})
	})
}

// mustOpen returns the store in db until the test ends.
func mustOpen(tb testing.TB, db *redisdb.DB, config stream.Config) *redisstore.Store {
	tb.Helper()
	store := redisstore.New(db, config)
	tb.Cleanup(func() {
		if err := store.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return store
}
