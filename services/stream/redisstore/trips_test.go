package redisstore_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/redisstore"
)

// trips counts round trips: a command alone is one, and so is a pipeline.
type trips struct{ count atomic.Int64 }

func (*trips) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return next(ctx, network, address)
	}
}

func (c *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		c.count.Add(1)
		return next(ctx, command)
	}
}

func (c *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		c.count.Add(1)
		return next(ctx, commands)
	}
}

// together is a store whose updates are one batch, made once there are so many.
type together struct {
	*redisstore.Store
	ctx     context.Context
	mu      sync.Mutex
	want    int
	waiting []redisstore.Update
	done    chan struct{}
	errs    []error
	trips   *trips
	took    int64 // round trips of the batch
}

func (s *together) Update(_ context.Context, user string, reads stream.Reads, change func(stream.Tx) error) error {
	s.mu.Lock()
	place, done := len(s.waiting), s.done
	s.waiting = append(s.waiting, redisstore.NewUpdate(s.ctx, user, reads, change))
	if len(s.waiting) == s.want {
		before := s.trips.count.Load()
		s.errs = s.CarryOut(s.ctx, s.waiting)
		s.took = s.trips.count.Load() - before
		close(done)
	}
	s.mu.Unlock()
	<-done
	return s.errs[place]
}

// Recordings of many users, one of each of an earlier session, cost a batch as many round
// trips as that of one user.
func TestABatchOfAnySizeWaitsForRedisThreeTimes(t *testing.T) {
	t.Parallel()
	db := redistest.Connect(t, redisdb.Config{Addrs: config.StringList{redistest.Start(t).Addr()}}, nil)
	store := mustOpen(t, db, settings)
	counted := &trips{}
	db.Client().AddHook(counted)
	service := stream.New(settings, store)
	for _, users := range []int{1, 40} {
		var now int64
		name := func(i int) string { return fmt.Sprint("u", users, "-", i) }
		for i := range users {
			for _, group := range []string{"g1", "g2"} { // the recording is of the first
				opened := opens(t, service, name(i), group)
				if err := service.SetStatus(t.Context(), streams.Status{User: name(i), Online: true}); err != nil {
					t.Fatal(err)
				}
				now = opened.Timestamp
			}
		}
		for _, step := range []string{"a new recording", "the same file again"} {
			batch := &together{Store: store, ctx: t.Context(), want: users, done: make(chan struct{}), trips: counted}
			inBatch := stream.New(settings, batch)
			var all sync.WaitGroup
			for i := range users {
				all.Go(func() {
					_, err := inBatch.AddFile(t.Context(), streams.File{
						StreamID: "s_" + name(i), FileID: "f", URL: "http://f", Format: streams.FLV, Start: now - 60, End: now - 30,
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if batch.took != 3 {
				t.Errorf("%s of %d users took %d round trips, want 3", step, users, batch.took)
			}
		}
	}
}
