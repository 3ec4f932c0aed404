package simulation_test

import (
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"xiaozhibo.dev/test/simulation"
)

// Two copies of each service share a Redis, a fake one. It takes its time, so
// there is one such run for every fortieth seed.
func TestNoSeedBreaksAPromiseOnRedis(t *testing.T) {
	t.Parallel()
	redis := miniredis.RunT(t)
	options := simulation.Defaults()
	options.Redis, options.Log = redis.Addr(), true
	for seed := *firstSeed; seed < *firstSeed+(*seeds+39)/40; seed++ {
		got := simulation.Run(t, seed, options)
		redis.FlushAll()
		if got.Violation != nil {
			t.Fatalf("seed %d breaks a promise: %v\n%sreplay: SEED=%d make simulate", seed, got.Violation, got.Story, seed)
		}
	}
}

func TestASeedGivesTheSameRunOnRedis(t *testing.T) {
	redis := miniredis.RunT(t)
	options := simulation.Defaults()
	options.Redis, options.Log = redis.Addr(), true
	for seed := *firstSeed; seed < *firstSeed+3; seed++ {
		got := simulation.Run(t, seed, options)
		redis.FlushAll()
		again := simulation.Run(t, seed, options)
		redis.FlushAll()
		if at := difference(got.Log, again.Log); at != "" {
			t.Fatalf("seed %d gives two runs: %s", seed, at)
		}
	}
}

// difference is the first line in which two logs are not the same; "" if there is none.
func difference(a, b string) string {
	one, other := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(one), len(other)) {
		if one[i] != other[i] {
			return one[i] + "\nis also\n" + other[i]
		}
	}
	if len(one) != len(other) {
		return "one log is longer"
	}
	return ""
}
