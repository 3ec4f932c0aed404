package redisdb

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// probes are so many that no proxy with two servers has them all on one of them by chance.
	probes = 32
	// probeLife is for how long they are kept: longer than anybody waits for the script that counts them.
	probeLife = time.Minute
)

// count returns how many of KEYS are there.
var count = redis.NewScript(`
local n = 0
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) then n = n + 1 end
end
return n`)

// spread is whether keys are spread over servers, as a proxy may do that passes for one server.
type spread struct{ known atomic.Pointer[bool] }

// canShare reports whether a run may have calls with keys of many tags, because one server has them all. A proxy that
// spreads keys may refuse such a run, or make it where the first key is: then others would never see what was written
// for the other keys. So whoever is first to ask puts some keys, and has one script look for them.
func (db *DB) canShare(ctx context.Context) bool {
	if known := db.spread.known.Load(); known != nil {
		return !*known
	}
	kind, keys := "probe"+rand.Text(), make([]string, probes)
	_, err := db.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i := range keys {
			keys[i] = db.Key(kind, strconv.Itoa(i), "")
			pipe.Set(ctx, keys[i], 1, probeLife)
		}
		return nil
	})
	if err != nil {
		return false // not known; the calls will say what is wrong
	}
	found, err := count.Eval(ctx, db.client, keys).Int()
	if err != nil && (isAgain(err) || !errors.As(err, new(redis.Error))) {
		return false
	}
	spread := found < probes
	if db.spread.known.CompareAndSwap(nil, &spread) && spread {
		db.log.InfoContext(ctx, "redis is a proxy that spreads keys over servers: each counter and room is a run of a script by itself",
			"of", probes, "in_one_place", found, "err", err)
	}
	return !spread
}
