package redisstore

import (
	_ "embed"
	"fmt"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room"
)

var (
	//go:embed room.lua
	roomSource string
	//go:embed enter.lua
	enterSource string
	//go:embed quit.lua
	quitSource string
	//go:embed hear.lua
	hearSource string
	//go:embed audience.lua
	audienceSource string
	//go:embed pages.lua
	pagesSource string
	//go:embed size.lua
	sizeSource string
	//go:embed settle.lua
	settleSource string
	//go:embed export.lua
	exportSource string
	//go:embed import.lua
	importSource string
	//go:embed count.lua
	countSource string
)

// scripts are those of a store, with its configuration in them: what is no argument need not be read anew each time.
// Those that are short are shared, so that one run is for many rooms.
type scripts struct{ enter, quit, size, audience, hear, pages, settle, export, put, count redisdb.Script }

func newScripts(config room.Config) scripts {
	before := fmt.Sprintf("local LATE, TRACE, SKEW, MOST, PAST, KEPT = %d, %d, %d, %d, %d, %d\n",
		members.LatePresence.Milliseconds(), room.TraceTTL.Milliseconds(), room.Skew.Milliseconds(), room.MaxTraces,
		session.MaxPast, session.KeptFor.Milliseconds()) +
		fmt.Sprintf("local STAY, ORDER, KEEP, FULL, AHEAD = %d, %q, %d, %d, %d\n",
			config.MemberTTL.Milliseconds(), config.MemberOrder, max(2*config.MemberTTL, minKept).Milliseconds(),
			config.MaxMembers, session.MaxAhead.Milliseconds()) + roomSource
	shared := func(source string) redisdb.Script { return redisdb.NewShared(len(parts), before+source) }
	single := func(source string) redisdb.Script { return redisdb.NewScript(before + source) }
	return scripts{
		enter: shared(enterSource), quit: shared(quitSource), size: shared(sizeSource), audience: shared(audienceSource),
		hear: single(hearSource), pages: single(pagesSource), settle: single(settleSource),
		export: single(exportSource), put: single(importSource), count: single(countSource),
	}
}

// kind is that of the keys of rooms. Behind the tag, which is the name of the room, stands
// one of parts; room.lua says what each key holds, in this order.
const kind = "room"

var parts = []string{"", ":u", ":o", ":t", ":h", ":l", ":g", ":n"}

// minKept is how long the keys of a room are kept at least: its members count again if the
// time to live is made longer soon. Else an abandoned room is kept for twice the time its members stay; then Redis drops
// all its keys at once.
const minKept = time.Hour

// call begins the call of a script on one room.
func (s *Store) call(name string, args ...any) redisdb.Call {
	keys := make([]string, len(parts))
	for i, part := range parts {
		keys[i] = s.db.Key(kind, name, part)
	}
	return redisdb.Call{Keys: keys, Args: args}
}

// calls makes one call for each room, with the arguments of its items in order.
// Places are those of the items of each call.
func calls[T any](s *Store, items []T, args func(item T) (members.Key, []any)) (calls []redisdb.Call, places [][]int) {
	known := make(map[string]int)
	for i, item := range items {
		key, its := args(item)
		at, ok := known[key.Name]
		if !ok {
			at = len(calls)
			known[key.Name] = at
			calls, places = append(calls, s.call(key.Name)), append(places, nil)
		}
		calls[at].Args = append(append(calls[at].Args, key.Session), its...)
		places[at] = append(places[at], i)
	}
	return calls, places
}

// answers gives each of n items its text out of the replies to calls, whose items stand at
// places. The item's result is what decode returns.
func answers[T any](replies []combine.Result[any], places [][]int, n int, items string, decode func(text string) (T, error)) []combine.Result[T] {
	results := make([]combine.Result[T], n)
	for at, reply := range replies {
		found, ok := reply.Value.([]any)
		if reply.Err == nil && (!ok || len(found) != len(places[at])) {
			reply.Err = fmt.Errorf("redis replied %v to %d %s", reply.Value, len(places[at]), items)
		}
		for j, place := range places[at] {
			if results[place].Err = reply.Err; reply.Err == nil {
				text, _ := found[j].(string)
				results[place].Value, results[place].Err = decode(text)
			}
		}
	}
	return results
}
