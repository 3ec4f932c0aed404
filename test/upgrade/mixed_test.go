//go:build !race

// The race detector has seen all code of today elsewhere, and has nothing to say about that of another version.

package upgrade_test

import (
	"path/filepath"
	"testing"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
)

// A cluster is upgraded and rolled back pod by pod: both versions call each other meanwhile, on one Redis.
func TestProgramsOfTheLastReleaseAreReplacedUnderLoadAndComeBackAndNoActionFails(t *testing.T) {
	version, commit, err := deployments.LastRelease(filepath.Join("..", ".."))
	must(t, err)
	before, there := deployments.BuildOf(t, commit)
	if !there {
		t.Skipf("the history of this clone does not reach back to %s, of which %s was made: git fetch --unshallow", commit, version)
	}
	store := deployments.Redis(redistest.Start(t).Addr(), "", "")
	disasters.Upgrades(t, deployments.Deployment{Programs: before, Store: store}, deployments.Build(t))
}
