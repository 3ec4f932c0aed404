package e2e_test

import (
	"flag"
	"os"
	"testing"

	"xiaozhibo.dev/deploy/e2e"
)

// TestMain lets more cases run at once than there are processors: most of the time they wait for something to
// expire. An explicit -parallel stands.
func TestMain(m *testing.M) {
	flag.Parse()
	explicit := false
	flag.Visit(func(f *flag.Flag) { explicit = explicit || f.Name == "test.parallel" })
	if !explicit {
		if err := flag.Set("test.parallel", "6"); err != nil {
			panic(err)
		}
	}
	m.Run()
}

// The behaviour of the whole system, however it is deployed, or of the one that XZB_E2E_URL names.
func TestEveryDeploymentKeepsTheContract(t *testing.T) {
	if url := os.Getenv("XZB_E2E_URL"); url != "" {
		e2e.Run(t, e2e.Existing(url))
		return
	}
	programs := e2e.Build(t)
	for name, deployment := range map[string]e2e.Deployment{
		"one process on bbolt":    {Copies: 1, Store: e2e.Bbolt},
		"five processes on bbolt": {Split: true, Copies: 1, Store: e2e.Bbolt},
	} {
		deployment.Programs = programs
		t.Run(name, func(t *testing.T) { e2e.Run(t, deployment.Start) })
	}
}
