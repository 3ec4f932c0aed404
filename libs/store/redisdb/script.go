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

// sharing stands before every script that several calls share, after WIDTH, the number of keys of a call. each returns
// what carry returns for each call: its keys begin with KEYS[key], its arguments are ARGV[first] to ARGV[last].
const sharing = `
local function each(carry)
  local replies, key, first = {}, 1, 3
  for length in string.gmatch(ARGV[2], '%d+') do
    replies[#replies + 1] = carry(key, first, first + length - 1) or false
    key, first = key + WIDTH, first + length
  end
  return replies
end
`

// Script is a Lua script. ARGV[1] is taken; a call's own arguments begin at 2.
// It must name all its keys in KEYS, and those of a call must share a tag.
type Script struct {
	script *redis.Script
	shared bool // several calls may be one run
}

// NewScript returns the script with body after the prelude.
func NewScript(body string) Script { return Script{script: redis.NewScript(prelude + body)} }

// NewShared returns a script that carries out many calls in one run, where canShare finds one server: to be run costs it as
// much as two commands do. Each call has width keys. body ends with "return each(function(key, first, last) … end)",
// see sharing. What a run has done is done again where one of its calls fails, so a call must be safe to repeat, with
// the same reply.
func NewShared(width int, body string) Script {
	return Script{script: redis.NewScript(prelude + fmt.Sprintf("local WIDTH = %d\n", width) + sharing + body), shared: true}
}

// Call is one run of a script, or its part of a run.
type Call struct {
	Keys []string
	Args []any
}

// Run runs the script for each call, in one pipeline for each node, and
// returns their replies in order. Each call is atomic, the calls together are
// not; what fails for one fails for no other. The script is sent by its hash, and
// whole to a Redis that does not know it yet. After an error its call may have
// been made.
func (db *DB) Run(ctx context.Context, script Script, calls []Call) []combine.Result[any] {
	cluster, ok := db.client.(*redis.ClusterClient)
	if ok {
		replies := make([]combine.Result[any], len(calls))
		db.runApart(ctx, script, divide(ctx, cluster, calls), replies)
		return replies
	}
	if script.shared && len(calls) > 1 && db.canShare(ctx) {
		return db.runTogether(ctx, script, calls)
	}
	return db.runHere(ctx, script, calls)
}

// runHere runs each call by itself, in one pipeline.
func (db *DB) runHere(ctx context.Context, script Script, calls []Call) []combine.Result[any] {
	runs := make([]run, len(calls))
	for i := range calls {
		runs[i] = run{script, calls[i : i+1]}
	}
	return db.carryOut(ctx, runs, len(calls))
}

// runTogether runs many calls at once. Where Redis refuses a run, each of its calls is run by itself, so that the others
// do not fail with the one that is to blame.
func (db *DB) runTogether(ctx context.Context, script Script, calls []Call) []combine.Result[any] {
	replies := db.carryOut(ctx, together(script, calls), len(calls))
	var refused []Call
	var places []int
	for i, reply := range replies {
		if errors.As(reply.Err, new(redis.Error)) && !isAgain(reply.Err) {
			refused, places = append(refused, calls[i]), append(places, i)
		}
	}
	for i, reply := range db.runHere(ctx, script, refused) {
		replies[places[i]] = reply
	}
	return replies
}
