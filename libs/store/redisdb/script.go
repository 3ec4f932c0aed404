package redisdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/combine"
)

// prelude stands before every script: now() is the time in milliseconds.
const prelude = `
local function now()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
`

// Script is a Lua script. ARGV[1] is taken; a call's own arguments begin at 2.
// It must name all its keys in KEYS, and they must share a tag.
type Script struct{ script *redis.Script }

// NewScript returns the script with body after the prelude.
func NewScript(body string) Script { return Script{redis.NewScript(prelude + body)} }

// Call is one run of a script.
type Call struct {
	Keys []string
	Args []any
}

// Run runs the script once for each call, in one pipeline for each node, and
// returns their replies in order. Each call is atomic, the calls together are
// not; what fails for one fails for no other. The script is sent by its hash, and
// whole to a Redis that does not know it yet. After an error its call may have
// been made.
func (db *DB) Run(ctx context.Context, script Script, calls []Call) []combine.Result[any] {
	cluster, ok := db.client.(*redis.ClusterClient)
	if !ok {
		return db.runHere(ctx, script, calls)
	}
	replies := make([]combine.Result[any], len(calls))
	db.runApart(ctx, script, divide(ctx, cluster, calls), replies)
	return replies
}

// runHere runs calls in one pipeline.
func (db *DB) runHere(ctx context.Context, script Script, calls []Call) []combine.Result[any] {
	replies, missing := db.send(ctx, calls, script.script.EvalSha)
	if len(missing) == 0 {
		return replies
	}
	again := make([]Call, len(missing))
	for i, place := range missing {
		again[i] = calls[place]
	}
	found, _ := db.send(ctx, again, script.script.Eval)
	for i, place := range missing {
		replies[place] = found[i]
	}
	return replies
}

type evaluate func(ctx context.Context, c redis.Scripter, keys []string, args ...any) *redis.Cmd

// send returns the replies, and the places of those calls whose script was not
// known.
func (db *DB) send(ctx context.Context, calls []Call, eval evaluate) (replies []combine.Result[any], missing []int) {
	given := ""
	if db.now != nil {
		given = fmt.Sprint(db.now().UnixMilli())
	}
	pipe := db.client.Pipeline()
	commands := make([]*redis.Cmd, len(calls))
	for i, call := range calls {
		commands[i] = eval(ctx, pipe, call.Keys, append([]any{given}, call.Args...)...)
	}
	_, _ = pipe.Exec(ctx) // what it returns is the error of one of them
	replies = make([]combine.Result[any], len(calls))
	for i, command := range commands {
		reply, err := command.Result()
		switch {
		case redis.HasErrorPrefix(err, "NOSCRIPT"):
			missing = append(missing, i)
			replies[i].Err = StorageError(ctx, err)
		case err != nil && !errors.Is(err, redis.Nil):
			replies[i].Err = StorageError(ctx, named(err, calls[i]))
		default:
			replies[i].Value = reply
		}
	}
	return replies, missing
}

// named adds the key to what Redis says of a call: the call is the only one it
// is true of.
func named(err error, call Call) error {
	if !errors.As(err, new(redis.Error)) {
		return err
	}
	return fmt.Errorf("key %q: %w", call.Keys[0], err)
}
