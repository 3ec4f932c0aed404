package redisdb

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/combine"
)

// How much one run carries out at most: nothing else is done by Redis meanwhile.
const (
	maxCalls = 32
	maxArgs  = 1024
)

// run is one run of a script: for one call, or for several that share it.
type run struct {
	script Script
	calls  []Call
}

// together makes as few runs of calls as may be.
func together(script Script, calls []Call) (runs []run) {
	first, args := 0, 0
	for i, call := range calls {
		if args += len(call.Args); i > first && (i-first == maxCalls || args > maxArgs) {
			runs = append(runs, run{script, calls[first:i]})
			first, args = i, len(call.Args)
		}
	}
	if first < len(calls) {
		runs = append(runs, run{script, calls[first:]})
	}
	return runs
}

// arguments are KEYS and ARGV. given is the time, "" for that of Redis.
func (r run) arguments(given string) (keys []string, args []any) {
	if !r.script.shared {
		return r.calls[0].Keys, append([]any{given}, r.calls[0].Args...)
	}
	var lengths []byte
	args = []any{given, nil}
	for _, call := range r.calls {
		lengths = append(strconv.AppendInt(lengths, int64(len(call.Args)), 10), ' ')
		keys, args = append(keys, call.Keys...), append(args, call.Args...)
	}
	args[1] = lengths
	return keys, args
}

// take reads the reply to a run into those to its calls.
func (r run) take(ctx context.Context, reply any, err error, replies []combine.Result[any]) {
	found, ok := reply.([]any)
	switch {
	case err != nil && !errors.Is(err, redis.Nil):
		if len(r.calls) == 1 {
			err = named(err, r.calls[0])
		}
		reply, err = nil, StorageError(ctx, err)
	case r.script.shared && (!ok || len(found) != len(r.calls)):
		reply, err = nil, fmt.Errorf("redis replied %v to %d calls", reply, len(r.calls))
	default:
		err = nil
	}
	for i := range replies {
		if replies[i].Value, replies[i].Err = reply, err; r.script.shared && err == nil {
			replies[i].Value = found[i]
		}
	}
}

// carryOut makes runs in one pipeline, and those again whose script Redis does not know, with the whole of it. It
// returns the replies to n calls.
func (db *DB) carryOut(ctx context.Context, runs []run, n int) []combine.Result[any] {
	replies := make([]combine.Result[any], n)
	commands := db.send(ctx, runs, (*redis.Script).EvalSha)
	var missing []run
	for i, command := range commands {
		if redis.HasErrorPrefix(command.Err(), "NOSCRIPT") {
			missing = append(missing, runs[i])
		}
	}
	whole := db.send(ctx, missing, (*redis.Script).Eval)
	first := 0
	for i, command := range commands {
		if redis.HasErrorPrefix(command.Err(), "NOSCRIPT") {
			command, whole = whole[0], whole[1:]
		}
		reply, err := command.Result()
		last := first + len(runs[i].calls)
		runs[i].take(ctx, reply, err, replies[first:last])
		first = last
	}
	return replies
}

// send makes runs in one pipeline.
func (db *DB) send(ctx context.Context, runs []run, eval func(s *redis.Script, ctx context.Context, c redis.Scripter, keys []string, args ...any) *redis.Cmd) []*redis.Cmd {
	if len(runs) == 0 {
		return nil
	}
	given := ""
	if db.now != nil {
		given = strconv.FormatInt(db.now().UnixMilli(), 10)
	}
	pipe := db.client.Pipeline()
	commands := make([]*redis.Cmd, len(runs))
	for i, r := range runs {
		keys, args := r.arguments(given)
		commands[i] = eval(r.script.script, ctx, pipe, keys, args...)
	}
	_, _ = pipe.Exec(ctx) // what it returns is the error of one of them
	return commands
}

// named adds the key to what Redis says of a call: the call is the only one it
// is true of.
func named(err error, call Call) error {
	if !errors.As(err, new(redis.Error)) {
		return err
	}
	return fmt.Errorf("key %q: %w", call.Keys[0], err)
}
