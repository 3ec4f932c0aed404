package redisdb_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

// sum adds its arguments to a key, and returns what it has come to and what they were.
var sum = redisdb.NewShared(2, `
return each(function(key, first, last)
  local added = {}
  for i = first, last do
    added[#added + 1] = redis.call('HINCRBY', KEYS[key], 'sum', ARGV[i])
  end
  redis.call('SET', KEYS[key + 1], last - first + 1)
  return added
end)`)

func sumOf(db *redisdb.DB, name string, args ...any) redisdb.Call {
	return redisdb.Call{Keys: []string{db.Key("sum", name, ""), db.Key("sum", name, ":n")}, Args: args}
}

func TestASharedScriptAnswersEachCallWithItsOwnKeysAndArguments(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		db := open(t, redistest.Prefix(), nil)
		var calls []redisdb.Call
		for i := range 100 {
			var args []any
			for j := range i {
				args = append(args, j+1)
			}
			calls = append(calls, sumOf(db, fmt.Sprint(i), args...))
		}
		for round := range int64(2) { // the script is not known at first
			replies, err := combine.All(db.Run(t.Context(), sum, calls))
			if err != nil {
				t.Fatal(err)
			}
			for i, reply := range replies {
				want, reached := []any{}, round*int64(i*(i+1)/2)
				for j := range i {
					reached += int64(j + 1)
					want = append(want, reached)
				}
				if !slices.Equal(reply.([]any), want) {
					t.Fatalf("call %d is answered %v, want %v", i, reply, want)
				}
				if n := db.Client().Get(t.Context(), calls[i].Keys[1]).Val(); n != fmt.Sprint(i) {
					t.Fatalf("call %d had %s arguments", i, n)
				}
			}
		}
	})
}

func TestACallThatFailsInASharedRunFailsAlone(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, open redistest.Open) {
		db := open(t, redistest.Prefix(), nil)
		mark := redisdb.NewShared(1, `
return each(function(key, first)
  redis.call('HSET', KEYS[key], 'n', ARGV[first])
  return redis.call('HGET', KEYS[key], 'n')
end)`)
		var calls []redisdb.Call
		for i := range 70 {
			calls = append(calls, redisdb.Call{Keys: []string{db.Key("k", fmt.Sprint(i), "")}, Args: []any{i}})
		}
		const foreign = 17
		if err := db.Client().Set(t.Context(), calls[foreign].Keys[0], "text", 0).Err(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the script is not known at first
			for i, reply := range db.Run(t.Context(), mark, calls) {
				switch {
				case i == foreign:
					if apierr.CodeOf(reply.Err) != apierr.Storage || !contains(reply.Err, calls[i].Keys[0], "WRONGTYPE") {
						t.Errorf("the foreign key: %v", reply.Err)
					}
				case reply.Err != nil || reply.Value != fmt.Sprint(i):
					t.Errorf("call %d is answered %v, %v", i, reply.Value, reply.Err)
				}
			}
		}
	})
}

func TestOneServerRunsASharedScriptOnceForManyCalls(t *testing.T) {
	t.Parallel()
	db, err := redisdb.New(redisdb.Config{Addrs: config.StringList{redistest.Start(t).Addr()}}, redisdb.Options{
		Name: "test", Meter: noop.Meter{}, Log: slog.New(slog.DiscardHandler), Patience: time.Minute, // what takes longer is sent again
	})
	if err == nil {
		err = db.Connect(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	runs := func() int {
		t.Helper()
		info, err := db.Client().Info(t.Context(), "commandstats").Result()
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(info, "cmdstat_evalsha:calls=")
		text, _, _ := strings.Cut(rest, ",")
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	run := func(n, args int) {
		t.Helper()
		calls := make([]redisdb.Call, n)
		for i := range calls {
			calls[i] = sumOf(db, fmt.Sprint(i), slices.Repeat([]any{1}, args)...)
		}
		if _, err := combine.All(db.Run(t.Context(), sum, calls)); err != nil {
			t.Fatal(err)
		}
	}
	run(1, 1) // the script is known from now on
	for _, test := range []struct{ calls, args, want int }{{64, 1, 2}, {65, 1, 3}, {4, 600, 4}, {4, 500, 2}} {
		before := runs()
		run(test.calls, test.args)
		if got := runs() - before; got != test.want {
			t.Errorf("%d calls of %d arguments were %d runs, want %d", test.calls, test.args, got, test.want)
		}
	}
}
