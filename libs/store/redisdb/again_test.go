package redisdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

// contains tells whether an error says all of that.
func contains(err error, texts ...string) bool {
	return err != nil && !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(err.Error(), text) })
}

// reply is what Redis says.
type reply string

func (r reply) Error() string { return string(r) }

func (reply) RedisError() {}

func TestWhatRedisWillDoLaterIsAskedForAgain(t *testing.T) {
	for name, test := range map[string]struct {
		says string
		asks int // at least
	}{
		"a slot is on its way":      {"TRYAGAIN Multiple keys request during rehashing of slot", 5},
		"a script takes its time":   {"BUSY Redis is busy running a script", 5},
		"the Cluster elects":        {"CLUSTERDOWN The cluster is down", 5},
		"data is being loaded":      {"LOADING Redis is loading the dataset in memory", 5},
		"the master is gone":        {"MASTERDOWN Link with MASTER is down", 5},
		"the master was demoted":    {"READONLY You can't write against a read only replica.", 5},
		"a slot is elsewhere":       {"MOVED 2698 127.0.0.1:7001", 5},
		"the key is of another":     {"WRONGTYPE Operation against a key", 1},
		"there is no memory for it": {"OOM command not allowed", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
				defer cancel()
				asked := 0
				do := func(_ context.Context, items ...int) []combine.Result[int] {
					asked++
					return combine.Fail[int](len(items), redisdb.StorageError(ctx, fmt.Errorf("key %q: %w", "k", reply(test.says))))
				}
				got := redisdb.Persist(ctx, do, 1)
				if got[0].Err == nil || asked < test.asks || test.asks == 1 && asked > 1 {
					t.Errorf("asked %d times, ended with %v", asked, got[0].Err)
				}
				if ctx.Err() != nil {
					t.Error("no time is left for the answer")
				}
			})
		})
	}
}

func TestOnlyWhatWasNotDoneIsAskedForAgainAndTheOthersWaitForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked [][]int
		do := func(_ context.Context, items ...int) []combine.Result[int] {
			asked = append(asked, slices.Clone(items))
			results := combine.OK(items)
			for i, item := range items {
				if item == 2 && len(asked) < 3 || item == 3 {
					results[i] = combine.Result[int]{Err: reply("TRYAGAIN")}
				}
			}
			return results
		}
		began := time.Now()
		got := redisdb.Persist(t.Context(), do, 1, 2, 3)
		if got[0].Value != 1 || got[1] != (combine.Result[int]{Value: 2}) || !errors.Is(got[2].Err, reply("TRYAGAIN")) {
			t.Errorf("got %v", got)
		}
		if len(asked) < 4 || !slices.Equal(asked[1], []int{2, 3}) || !slices.Equal(asked[3], []int{3}) {
			t.Errorf("asked for %v", asked)
		}
		if took := time.Since(began); took > 300*time.Millisecond {
			t.Errorf("the others waited %v", took)
		}
	})
}

func TestARedisThatEvictsIsToldOf(t *testing.T) {
	t.Parallel()
	for policy, told := range map[string]bool{"noeviction": false, "volatile-lru": true} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, "--maxmemory-policy", policy)
			var logged bytes.Buffer
			db, err := redisdb.New(redisdb.Config{Addrs: []string{server.Addr()}},
				redisdb.Options{Name: "test", Meter: noop.Meter{}, Log: slog.New(slog.NewTextHandler(&logged, nil))})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Connect(t.Context()), db.Close()); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(logged.String(), "set maxmemory-policy to noeviction"); got != told {
				t.Errorf("the log is\n%s", &logged)
			}
		})
	}
}
