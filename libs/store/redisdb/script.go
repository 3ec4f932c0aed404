package redisdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
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

// Run runs the script once for each call, all in one pipeline, and returns their
// replies in order. Each call is atomic, the calls together are not. The script
// is sent by its hash, and whole to a Redis that does not know it yet. After an
// error any of the calls may have been made.
func (db *DB) Run(ctx context.Context, script Script, calls []Call) ([]any, error) {
	replies, missing, err := db.send(ctx, calls, script.script.EvalSha)
	if err != nil {
		return nil, err
	}
	if len(missing) == 0 {
		return replies, nil
	}
	again := make([]Call, len(missing))
	for i, place := range missing {
		again[i] = calls[place]
	}
	found, _, err := db.send(ctx, again, script.script.Eval)
	if err != nil {
		return nil, err
	}
	for i, place := range missing {
		replies[place] = found[i]
	}
	return replies, nil
}

type evaluate func(ctx context.Context, c redis.Scripter, keys []string, args ...any) *redis.Cmd

// send returns the replies, and the places of those calls whose script was not
// known.
func (db *DB) send(ctx context.Context, calls []Call, eval evaluate) (replies []any, missing []int, err error) {
	given := ""
	if db.now != nil {
		given = fmt.Sprint(db.now().UnixMilli())
	}
	pipe := db.client.Pipeline()
	commands := make([]*redis.Cmd, len(calls))
	for i, call := range calls {
		commands[i] = eval(ctx, pipe, call.Keys, append([]any{given}, call.Args...)...)
	}
	_, err = pipe.Exec(ctx)
	replies = make([]any, len(calls))
	for i, command := range commands {
		reply, failed := command.Result()
		switch {
		case redis.HasErrorPrefix(failed, "NOSCRIPT"):
			missing = append(missing, i)
		case failed != nil && !errors.Is(failed, redis.Nil):
			return nil, nil, StorageError(ctx, failed)
		default:
			replies[i] = reply
		}
	}
	if errors.Is(err, redis.Nil) || len(missing) > 0 {
		err = nil
	}
	return replies, missing, StorageError(ctx, err)
}
