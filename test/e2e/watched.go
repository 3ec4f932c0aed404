package e2e

import (
	"fmt"
	"testing"
)

// Target is a program of a running system, as whoever collects metrics sees it.
type Target struct {
	Pod    string // its name, and its number among the copies
	OpsURL string
}

// Watched is a system that a test looks at through its metrics.
type Watched struct {
	t      *testing.T
	system *system
	load   *load
}

// Watch starts a deployment for a test that looks at it.
func Watch(t *testing.T, deployment Deployment) *Watched {
	t.Helper()
	return &Watched{t: t, system: deployment.Start(t, nil).(*system)}
}

// Targets are all its programs, killed ones too.
func (w *Watched) Targets() (targets []Target) {
	for _, g := range w.system.groups {
		for i, c := range g.copies {
			targets = append(targets, Target{Pod: fmt.Sprintf("%s-%d", c.role.program, i), OpsURL: c.opsURL()})
		}
	}
	return targets
}

// Exercise carries out every Action and sends every kind of event, rightly, wrongly and twice at once.
func (w *Watched) Exercise() {
	w.t.Helper()
	everyActionSucceeds(w.t, newClient(w.t, w.system))
	parameterCases(w.t, w.system)
	eventCases(w.t, w.system)
	recordingCases(w.t, w.system)
	retryCases(w.t, w.system)
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
	for _, g := range w.system.groups {
		if g.role.program != program {
			continue
		}
		for _, c := range g.copies {
			c.kill(w.t)
			c.bury()
		}
	}
}

// Failed counts, by name, the Actions that clients saw fail since it was asked last.
func (w *Watched) Failed() map[string]int {
	failed := map[string]int{}
	for _, f := range w.load.failed() {
		failed[f.action]++
	}
	return failed
}

// Rest stops the clients.
func (w *Watched) Rest() { w.load.rest() }
