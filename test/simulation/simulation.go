// Package simulation tries to break the promises of the wire contract. It runs
// gateways and services, on real files, in one process under virtual time, with
// a network that loses, repeats and delays, stores that fail and processes that
// crash; clients and a live platform that behave as the real ones do; and
// a model that judges every answer. One seed decides everything: the same seed
// gives the same run, to the byte of its log.
//
// Nothing of the system is a copy made for this. Clients and the live platform send HTTP over
// connections in memory to the real gateway/edge, one for each life of a gateway: a crash breaks its
// connections, and who was not answered asks again over another. Between gateways and services are
// the real clients of libs/rpc, with their retries and breakers, over a network of the simulation's
// own. What only ports, TLS, slow and hostile clients show is proven by the edge's own tests and by
// test/e2e.
package simulation

import (
	"os"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/test/simulation/model"
)

// Options are how large a run is.
type Options struct {
	Anchors, Viewers int
	Requests         int      // of clients and platform, at most
	Without          []Fault  // kinds that never strike
	Absent           []string // clients who do not take part
	Unsent           []string // requests that are not sent, as client#number
	Plant            *Plant   // a fault in the system itself, nil for none
	Redis            string   // host:port of one to keep everything in, by two copies of each service; else it is in files
	Log              bool
}

// Defaults is a run of a few hundred steps.
func Defaults() Options { return Options{Anchors: 3, Viewers: 4, Requests: 90} }

// Result is how a run ended.
type Result struct {
	Violation *model.Violation // nil: every promise was kept
	Log       string
	Story     string // the part of the log that is about the violation
	Requests  int    // of clients and platform that reached a gateway
	Calls     int    // of gateways that reached a service
}

// Run carries out one run, in a folder of its own.
func Run(t *testing.T, seed uint64, options Options) (result Result) {
	t.Helper()
	dir, err := os.MkdirTemp(memory(), "simulation") //nolint:usetesting // in memory, and gone with the run
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	}()
	if err := startClock(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w, err := newWorld(seed, dir, options)
		if err != nil {
			t.Fatal(err)
		}
		w.play()
		w.stop()
		result = Result{Violation: w.model.Failed(), Requests: w.requests, Calls: w.calls}
		if options.Log {
			result.Log = w.story.log()
			if result.Violation != nil {
				result.Story = w.story.of(result.Violation.IDs)
			}
		}
	})
	return result
}

// memory is a folder in memory, where syncing to disk costs nothing; "", the
// usual one, where there is none.
func memory() string {
	const shared = "/dev/shm"
	if info, err := os.Stat(shared); err == nil && info.IsDir() {
		return shared
	}
	return ""
}
