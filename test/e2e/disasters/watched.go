package disasters

import (
	"fmt"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/cases"
	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

// Target is a program of a running system, as whoever collects metrics sees it.
type Target struct {
	Pod    string // its name, and its number among the copies
	OpsURL string
}

// Watched is a system that a test looks at through its metrics.
type Watched struct {
	t      *testing.T
	system *deployments.System
	load   *load
}

// Watch starts a deployment for a test that looks at it.
func Watch(t *testing.T, deployment deployments.Deployment) *Watched {
	t.Helper()
	// An Action that fails because a program is gone shall fail soon.
	return &Watched{t: t, system: deployment.Start(t, map[string]string{"XZB_ACTION_TIMEOUT": "10s"}).(*deployments.System)}
}

// Targets are all its programs, killed ones too.
func (w *Watched) Targets() (targets []Target) {
	for _, g := range w.system.Groups {
		for i, c := range g.Copies {
			targets = append(targets, Target{Pod: fmt.Sprintf("%s-%d", c.Role.Program, i), OpsURL: c.OpsURL()})
		}
	}
	return targets
}

// Exercise carries out every Action and sends every kind of event, rightly, wrongly and twice at once.
func (w *Watched) Exercise() {
	w.t.Helper()
	cases.EveryActionSucceeds(w.t, client.New(w.t, w.system))
	cases.Parameters(w.t, w.system)
	cases.Events(w.t, w.system)
	cases.Recordings(w.t, w.system)
	cases.Retries(w.t, w.system)
}

// Busy has clients carry out every Action without a rest, until Rest.
func (w *Watched) Busy() {
	w.t.Helper()
	w.load = startLoad(w.t, w.system)
	w.More(500)
}

// More waits until so many Actions more were answered.
func (w *Watched) More(actions int64) {
	w.t.Helper()
	w.load.more(w.t, actions)
}

// Kill ends all copies of a program as a power cut would.
func (w *Watched) Kill(program string) {
	w.t.Helper()
	for _, g := range w.system.Groups {
		if g.Role.Program != program {
			continue
		}
		for _, c := range g.Copies {
			c.Kill(w.t)
			c.Bury()
		}
	}
}

// Failed tells, by name, which Actions clients saw fail since it was asked last, and when for the first time.
func (w *Watched) Failed() map[string]time.Time {
	failed := map[string]time.Time{}
	for _, f := range w.load.failed() {
		if first, known := failed[f.action]; !known || f.at.Before(first) {
			failed[f.action] = f.at
		}
	}
	return failed
}

// Rest stops the clients.
func (w *Watched) Rest() { w.load.rest() }
