package e2e_test

import (
	"flag"
	"os"
	"sync"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e"
	"xiaozhibo.dev/test/e2e/cases"
	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
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
	folder, err := os.MkdirTemp("", "programs")
	if err != nil {
		panic(err)
	}
	built.folder = folder
	m.Run()
	_ = os.RemoveAll(folder) // it is among temporary files
}

// built are the programs, built once for all tests that ask for them.
var built struct {
	folder   string
	once     sync.Once
	programs *deployments.Programs
}

func theBuilt(t *testing.T) deployments.Programs {
	t.Helper()
	built.once.Do(func() {
		programs := deployments.BuildInto(t, built.folder)
		built.programs = &programs
	})
	if built.programs == nil {
		t.Fatal("the programs could not be built: an earlier test says why")
	}
	return *built.programs
}

// deployed is a way to run the system on this machine, under the name of its tests.
type deployed struct {
	name   string
	split  bool
	copies int
	redis  bool
	proof  bool // whether clients must prove who they are
}

// The behaviour of the whole system, however it is deployed, or of the one that XZB_E2E_URL names. All code of all
// programs runs in these two; TestEveryOtherDeploymentKeepsTheContract has those that only arrange it in another way.
func TestEveryDeploymentKeepsTheContract(t *testing.T) {
	if url := os.Getenv("XZB_E2E_URL"); url != "" {
		e2e.Run(t, deployments.Existing(url))
		return
	}
	keepTheContract(t,
		deployed{name: "one process on bbolt that asks for proof", copies: 1, proof: true},
		deployed{name: "five processes on Redis that ask for proof", split: true, copies: 1, redis: true, proof: true},
	)
}

func keepTheContract(t *testing.T, rows ...deployed) {
	t.Helper()
	programs := theBuilt(t)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			store := deployments.Bbolt
			if row.redis {
				_, store = startRedis(t)
			}
			var settings map[string]string
			if row.proof {
				settings = client.AskingForProof()
			}
			e2e.Run(t, deployments.Deployment{Programs: programs, Split: row.split, Copies: row.copies, Store: store, Settings: settings}.Start)
		})
	}
}

func TestServicesHearNoStranger(t *testing.T) {
	programs := theBuilt(t)
	for name, copies := range map[string]int{"on bbolt": 1, "two copies on Redis": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := deployments.Bbolt
			if copies > 1 {
				_, store = startRedis(t)
			}
			cases.HearNoStranger(t, deployments.Deployment{Programs: programs, Split: true, Copies: copies, Store: store})
		})
	}
}

// The system that XZB_E2E_URL names, under load for as long as XZB_E2E_LOAD says: `make load`.
func TestTheExistingSystemBearsLoad(t *testing.T) {
	url, load := os.Getenv("XZB_E2E_URL"), os.Getenv("XZB_E2E_LOAD")
	if url == "" || load == "" {
		t.Skip("XZB_E2E_URL and XZB_E2E_LOAD name no system and no time")
	}
	duration, err := time.ParseDuration(load)
	if err != nil {
		t.Fatal(err)
	}
	disasters.BearsLoad(t, deployments.Existing(url)(t, nil), duration)
}
