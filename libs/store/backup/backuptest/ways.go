package backuptest

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

// EachWay runs test over every way from bbolt and Redis to bbolt and Redis. from and to
// return an empty place each time; those in Redis go by the clock now, or by Redis's own if
// that is nil.
func EachWay(t *testing.T, now func() time.Time, test func(t *testing.T, from, to func() Place)) {
	kinds := map[string]func(t *testing.T) func() Place{
		"bbolt": func(t *testing.T) func() Place {
			return func() Place { return Place{Dir: t.TempDir()} }
		},
		"redis": func(t *testing.T) func() Place {
			address := miniredis.RunT(t).Addr()
			return func() Place {
				return Place{DB: redistest.Connect(t, redisdb.Config{Addrs: []string{address}, Prefix: redistest.Prefix()}, now)}
			}
		},
	}
	for _, from := range []string{"bbolt", "redis"} {
		for _, to := range []string{"bbolt", "redis"} {
			t.Run(from+" to "+to, func(t *testing.T) { test(t, kinds[from](t), kinds[to](t)) })
		}
	}
}
