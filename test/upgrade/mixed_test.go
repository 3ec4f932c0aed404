//go:build !race

// The race detector has seen all code of today elsewhere, and has nothing to say about that of another version.

package upgrade_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
)

// A cluster is upgraded and rolled back pod by pod: both versions call each other meanwhile, on one Redis.
func TestProgramsOfTheLastReleaseAreReplacedUnderLoadAndComeBackAndNoActionFails(t *testing.T) {
	version, commit := lastRelease(t)
	before, there := deployments.BuildOf(t, commit)
	if !there {
		t.Skipf("the history of this clone does not reach back to %s, of which %s was made: git fetch --unshallow", commit, version)
	}
	store := deployments.Redis(redistest.Start(t).Addr(), "", "")
	disasters.Upgrades(t, deployments.Deployment{Programs: before, Store: store}, deployments.Build(t))
}

var (
	madeFrom     = regexp.MustCompile(`(?m)^\| ([0-9.]+) \| commit ([0-9a-f]+) \|$`)
	chartVersion = regexp.MustCompile(`(?m)^version: (.+)$`)
)

// lastRelease is the latest version that is not the one that is made here, and its commit.
func lastRelease(t *testing.T) (version, commit string) {
	t.Helper()
	chart, err := os.ReadFile(filepath.Join("..", "..", "deploy", "helm", "xiaozhibo", "Chart.yaml"))
	must(t, err)
	for _, row := range madeFrom.FindAllStringSubmatch(string(read(t, filepath.Join("testdata", "README.md"))), -1) {
		if row[1] != chartVersion.FindStringSubmatch(string(chart))[1] {
			version, commit = row[1], row[2]
		}
	}
	if version == "" {
		t.Fatal("testdata/README.md names no commit of an earlier version")
	}
	return version, commit
}
