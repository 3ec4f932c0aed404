package redisdb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

func TestANodeThatHangsFailsWhatIsItsOwnAndDelaysTheRestForAMoment(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		hurt, heal func(*redistest.Server, testing.TB)
	}{
		"hangs":   {(*redistest.Server).Pause, (*redistest.Server).Resume},
		"is dead": {(*redistest.Server).Kill, (*redistest.Server).Restart},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes := redistest.StartNodes(t)
			db := redistest.Connect(t, redisdb.Config{Addrs: []string{nodes[0].Addr(), nodes[1].Addr()}, Prefix: redistest.Prefix()}, nil)
			var calls []redisdb.Call
			for i := range 60 {
				calls = append(calls, redisdb.Call{Keys: []string{db.Key("k", fmt.Sprint(i), "")}, Args: []any{i}})
			}
			answered := func() (good int, took time.Duration) {
				t.Helper()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				for i, reply := range db.Run(ctx, echo, calls) {
					if reply.Err == nil {
						good++
					} else if code := apierr.CodeOf(reply.Err); code != apierr.Unavailable && code != apierr.Storage {
						t.Errorf("call %d: %v", i, reply.Err)
					}
				}
				if ctx.Err() != nil {
					t.Error("the calls took all the time they had")
				}
				return good, time.Since(began)
			}
			if good, _ := answered(); good != len(calls) {
				t.Fatalf("%d of %d calls are answered by a whole Cluster", good, len(calls))
			}
			test.hurt(nodes[2], t)
			// A second is what calls wait for a node of which it is not known that it hangs. All but the first wait less, of
			// which one in a hundred at least meets a machine that is not busy.
			for i := range 100 {
				good, took := answered()
				if good < len(calls)/3 || good == len(calls) {
					t.Errorf("%d of %d calls are answered without a node, want those of the others", good, len(calls))
				}
				t.Logf("calls without a node took %v", took)
				if i >= 5 && took < 500*time.Millisecond {
					break
				}
				if i == 99 {
					t.Errorf("calls without a node take %v, want a moment", took)
				}
			}
			test.heal(nodes[2], t)
			for deadline := time.Now().Add(3 * time.Minute); ; <-time.After(50 * time.Millisecond) {
				if good, _ := answered(); good == len(calls) {
					return
				}
				if time.Now().After(deadline) {
					t.Fatal("the node is not used again")
				}
			}
		})
	}
}

func TestAForeignKeyIsTheErrorOfOneCallAndNamed(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		db := open(t, redistest.Prefix(), nil)
		count := redisdb.NewScript(`return redis.call('HINCRBY', KEYS[1], 'n', 1)`)
		foreign, good := db.Key("k", "foreign", ""), db.Key("k", "good", "")
		if err := db.Client().Set(t.Context(), foreign, "text", 0).Err(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the script is not known at first
			got := db.Run(t.Context(), count, []redisdb.Call{{Keys: []string{good}}, {Keys: []string{foreign}}, {Keys: []string{good}}})
			if got[0].Err != nil || got[2].Err != nil {
				t.Errorf("the others: %v, %v", got[0].Err, got[2].Err)
			}
			if err := got[1].Err; apierr.CodeOf(err) != apierr.Storage || !contains(err, foreign, "WRONGTYPE") {
				t.Errorf("the foreign key: %v", err)
			}
		}
		if n, err := combine.One(db.Run(t.Context(), count, []redisdb.Call{{Keys: []string{good}}})); err != nil || n != int64(5) {
			t.Errorf("%v calls were made, %v, want each once", n, err)
		}
	})
}
