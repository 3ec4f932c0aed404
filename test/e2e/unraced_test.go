//go:build !race

// Their code is that of the two deployments of e2e_test.go, which the race detector sees; with it the programs of these
// take five times as long. make unraced runs them.

package e2e_test

import (
	"os"
	"testing"
)

func TestEveryOtherDeploymentKeepsTheContract(t *testing.T) {
	if os.Getenv("XZB_E2E_URL") != "" {
		t.Skip("XZB_E2E_URL names the one to be tested")
	}
	keepTheContract(t,
		deployed{name: "one process on bbolt", copies: 1},
		deployed{name: "five processes on bbolt", split: true, copies: 1},
		deployed{name: "one process on Redis", copies: 1, redis: true},
		deployed{name: "two copies of five processes on Redis", split: true, copies: 2, redis: true},
	)
}
