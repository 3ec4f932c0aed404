package e2e_test

import (
	"os"
	"testing"

	"xiaozhibo.dev/deploy/e2e"
)

// The behaviour of the whole system, over the standalone server or over the one that XZB_E2E_URL names.
func TestTheStandaloneServerKeepsTheContract(t *testing.T) {
	if url := os.Getenv("XZB_E2E_URL"); url != "" {
		e2e.Run(t, e2e.Existing(url))
		return
	}
	e2e.Run(t, e2e.Build(t, "xiaozhibo.dev/deploy/standalone").Start)
}
