package redisdb_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

var echo = redisdb.NewScript(`return {KEYS[1], ARGV[2]}`)

func TestCallsAreAnsweredInOrderWhicheverNodeHasTheKey(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		db := open(t, redistest.Prefix(), nil)
		var calls []redisdb.Call
		for i := range 100 {
			calls = append(calls, redisdb.Call{Keys: []string{db.Key("k", fmt.Sprint(i), "")}, Args: []any{i}})
		}
		for range 2 { // the script is not known at first
			replies, err := combine.All(db.Run(t.Context(), echo, calls))
			if err != nil {
				t.Fatalf("Run: %v", err)
			}
			for i, reply := range replies {
				if want := []any{calls[i].Keys[0], fmt.Sprint(i)}; !slices.Equal(reply.([]any), want) {
					t.Fatalf("reply %d is %v, want %v", i, reply, want)
				}
			}
		}
	})
}

func TestAScriptThatWasForgottenIsLoadedAgain(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		db := open(t, redistest.Prefix(), nil)
		count := redisdb.NewScript(`return redis.call('INCR', KEYS[1])`)
		call := []redisdb.Call{{Keys: []string{db.Key("k", "a", "")}}}
		for want := range int64(3) {
			replies, err := combine.All(db.Run(t.Context(), count, call))
			if err != nil || replies[0] != want+1 {
				t.Fatalf("run %d is %v, %v", want+1, replies, err)
			}
			if err := db.Client().ScriptFlush(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestKeysOfOneTagShareASlotAndTagsShareNoKey(t *testing.T) {
	db := redistest.Connect(t, redisdb.Config{Addrs: config.StringList{miniredis.RunT(t).Addr()}, Prefix: "p:"}, nil)
	seen := map[string]string{}
	for _, tag := range []string{"a", "a}", "{a", "a b", "a+b", "a%20b", "直播", "a\x00b", "}"} {
		key := db.Key("room", tag, ":m")
		inner, _, _ := strings.Cut(strings.TrimPrefix(key, "p:room:{"), "}")
		if inner == "" || key != "p:room:{"+inner+"}:m" {
			t.Errorf("the key of %q is %q: its tag is not one", tag, key)
		}
		if other, taken := seen[key]; taken {
			t.Errorf("%q and %q share the key %q", tag, other, key)
		}
		seen[key] = tag
	}
}

func TestTimeIsThatOfRedisUnlessItIsGiven(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		ask := func(now func() time.Time) int64 {
			t.Helper()
			db := open(t, redistest.Prefix(), now)
			replies, err := combine.All(db.Run(t.Context(), redisdb.NewScript(`return now()`), []redisdb.Call{{Keys: []string{"k"}}}))
			if err != nil {
				t.Fatal(err)
			}
			return replies[0].(int64)
		}
		if off := time.Since(time.UnixMilli(ask(nil))); off.Abs() > time.Minute {
			t.Errorf("the time is %s off", off)
		}
		if got := ask(func() time.Time { return time.UnixMilli(1_480_000_000_123) }); got != 1_480_000_000_123 {
			t.Errorf("the time is %d, want the one that was given", got)
		}
	})
}

func TestOneAddressOfAClusterIsEnough(t *testing.T) {
	t.Parallel()
	db := redistest.Connect(t, redisdb.Config{Addrs: redistest.StartCluster(t)[:1]}, nil)
	var calls []redisdb.Call
	for i := range 20 {
		calls = append(calls, redisdb.Call{Keys: []string{fmt.Sprint(i)}, Args: []any{i}})
	}
	if _, err := combine.All(db.Run(t.Context(), echo, calls)); err != nil {
		t.Error(err)
	}
}

func TestConnectWaitsForARedisThatStartsLater(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Kill(t)
	db := newDB(t, redisdb.Config{Addrs: config.StringList{server.Addr()}})
	connected := make(chan error, 1)
	go func() { connected <- db.Connect(t.Context()) }()
	select {
	case err := <-connected:
		t.Fatalf("Connect returned %v with no Redis", err)
	case <-time.After(20 * time.Millisecond):
	}
	server.Restart(t)
	if err := <-connected; err != nil {
		t.Errorf("Connect: %v", err)
	}
}

func TestConnectWaitsForARedisThatStillLoads(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendonly", "yes", "--key-load-delay", "200")
	db := redistest.Connect(t, redisdb.Config{Addrs: config.StringList{server.Addr()}}, nil)
	fill := redisdb.NewScript(`for i = 1, 20000 do redis.call('SET', KEYS[1] .. i, i) end`)
	if _, err := combine.All(db.Run(t.Context(), fill, []redisdb.Call{{Keys: []string{"k"}}})); err != nil {
		t.Fatal(err)
	}
	server.Kill(t)
	server.Launch(t)
	if err := newDB(t, redisdb.Config{Addrs: config.StringList{server.Addr()}}).Connect(t.Context()); err != nil {
		t.Errorf("Connect: %v", err)
	}
}

func TestConnectGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Kill(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := newDB(t, redisdb.Config{Addrs: config.StringList{server.Addr()}}).Connect(ctx)
	if err == nil || !strings.Contains(err.Error(), server.Addr()) {
		t.Errorf("Connect: %v, want an error that names the address", err)
	}
}

func TestAWrongPasswordIsToldAtOnceAndAChangedOneIsRead(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--requirepass", "right")
	file := filepath.Join(t.TempDir(), "password")
	write := func(password string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	settings := redisdb.Config{Addrs: config.StringList{server.Addr()}, Password: config.Secret{File: file}}
	write("wrong")
	db := newDB(t, settings)
	if err := db.Connect(t.Context()); err == nil || !strings.Contains(err.Error(), "WRONGPASS") || strings.Contains(err.Error(), "right") {
		t.Errorf("Connect with a wrong password: %v", err)
	}
	write("right")
	if err := db.Connect(t.Context()); err != nil {
		t.Errorf("Connect with the right one: %v", err)
	}
}

func TestARedisThatDiesIsAStorageErrorUntilItIsBack(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendonly", "yes")
	db := redistest.Connect(t, redisdb.Config{Addrs: config.StringList{server.Addr()}}, nil)
	call := []redisdb.Call{{Keys: []string{"k"}}}
	put := redisdb.NewScript(`return redis.call('INCR', KEYS[1])`)
	if _, err := combine.All(db.Run(t.Context(), put, call)); err != nil {
		t.Fatal(err)
	}
	server.Kill(t)
	if _, err := combine.All(db.Run(t.Context(), put, call)); apierr.CodeOf(err) != apierr.Storage {
		t.Errorf("with Redis dead: %v, want storage", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := combine.All(db.Run(ended, put, call)); apierr.CodeOf(err) != apierr.Unavailable {
		t.Errorf("in a context that has ended: %v, want unavailable", err)
	}
	server.Restart(t)
	if replies, err := combine.All(db.Run(t.Context(), put, call)); err != nil || replies[0] != int64(2) {
		t.Errorf("with Redis back: %v, %v, want 2", replies, err)
	}
}

func TestAFailoverIsFollowed(t *testing.T) {
	t.Parallel()
	master := redistest.Start(t)
	replica := redistest.StartReplica(t, master)
	sentinel := redistest.StartSentinel(t, master)
	db := redistest.Connect(t, redisdb.Config{Addrs: config.StringList{sentinel.Addr()}, Master: redistest.Master}, nil)
	call := []redisdb.Call{{Keys: []string{"k"}}}
	put := redisdb.NewScript(`return redis.call('INCR', KEYS[1])`)
	if _, err := combine.All(db.Run(t.Context(), put, call)); err != nil {
		t.Fatal(err)
	}
	limit := time.After(5 * time.Minute)
	follower := redistest.Connect(t, redisdb.Config{Addrs: config.StringList{replica.Addr()}}, nil)
	for follower.Client().Get(t.Context(), "k").Val() != "1" {
		select {
		case <-limit:
			t.Fatal("the replica does not follow")
		case <-time.After(5 * time.Millisecond):
		}
	}
	master.Kill(t)
	for {
		replies, err := combine.All(db.Run(t.Context(), put, call)) // the new master does not know the script
		if err == nil {
			if replies[0] != int64(2) {
				t.Errorf("after the failover to %s: %v, want 2", replica.Addr(), replies)
			}
			return
		}
		select {
		case <-limit:
			t.Fatalf("no failover: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func newDB(t *testing.T, settings redisdb.Config) *redisdb.DB {
	t.Helper()
	db, err := redisdb.New(settings, redisdb.Options{Name: "test", Meter: noop.Meter{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
