package simulation_test

import (
	"testing"

	"github.com/alicebob/miniredis/v2"

	"xiaozhibo.dev/deploy/simulation"
)

// Two copies of each service share a Redis, a fake one.
func TestNoSeedBreaksAPromiseOnRedis(t *testing.T) {
	t.Parallel()
	redis := miniredis.RunT(t)
	options := simulation.Defaults()
	options.Redis = redis.Addr()
	options.Log = true
	for seed := *firstSeed; seed < *firstSeed+(*seeds+9)/10; seed++ {
		got := simulation.Run(t, seed, options)
		redis.FlushAll()
		again := simulation.Run(t, seed, options)
		redis.FlushAll()
		if at := difference(got.Log, again.Log); at != "" {
			t.Fatalf("seed %d gives two runs: %s", seed, at)
		}
		if got.Violation != nil {
			t.Fatalf("seed %d breaks a promise: %v\n%s", seed, got.Violation, got.Story)
		}
	}
}
