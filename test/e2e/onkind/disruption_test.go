//go:build kind

package onkind_test

import (
	"slices"
	"testing"
	"time"
)

const (
	// movingTime bounds how long Actions may fail while the one pod of a service
	// on bbolt moves: it ends, its successor starts and reads its file.
	movingTime = 45 * time.Second
	// calm is how long all has to go well before the next disruption.
	calm = 2 * time.Second
	// recovery bounds the wait for that.
	recovery = 2 * time.Minute
)

var services = []string{"stream", "counter", "room", "signing"}

// upgrade replaces every pod of every Deployment under load.
func (r *release) upgrade(t *testing.T) {
	l := r.load(t)
	before := r.pods(t)
	began := now()
	args := append(slices.Clone(r.args), "--set-string", "defaults.podAnnotations.upgrade="+began.UTC().Format("150405"))
	if err := r.Install(t.Context(), releaseName, r.namespace, args...); err != nil {
		t.Fatal(err)
	}
	r.settled(t)
	for _, p := range before {
		if p.component() != "redis" {
			r.gone(t, p)
		}
	}
	time.Sleep(calm)
	t.Logf("%d pods replaced within %s", len(before)-1, since(began))
	if failed := l.failedSince(began); len(failed) > 0 {
		_, text := outage(failed)
		t.Errorf("%d of %d Actions failed:\n%s", len(failed), l.total(), text)
	}
	l.end(t)
}

// deletions deletes a pod of each component in turn, under load: in order, or as
// if its node had been lost.
func (r *release) deletions(t *testing.T, kill bool) {
	l := r.load(t)
	for _, component := range append([]string{"gateway"}, services...) {
		victim := r.one(t, component)
		began := now()
		args := []string{"delete", "pod", victim.Metadata.Name, "--wait=false"}
		if kill {
			args = append(args, "--grace-period=0", "--force")
		}
		r.mustKubectl(t, args...)
		r.recovered(t, l, victim)
		failed := l.failedSince(began)
		length, text := outage(failed)
		t.Logf("%s deleted: %d Actions failed\n%s", victim.Metadata.Name, len(failed), text)
		switch {
		case r.redis && !kill && len(failed) > 0:
			t.Errorf("%s had two others beside it, and yet Actions failed", victim.Metadata.Name)
		case length > movingTime:
			t.Errorf("Actions failed for %s, want at most %s", length, movingTime)
		}
	}
	l.end(t)
}

// drain drains the node that has no Redis, under load.
func (r *release) drain(t *testing.T) {
	var redis, node string
	for _, p := range r.pods(t) {
		if p.component() == "redis" {
			redis = p.Spec.NodeName
		}
	}
	for _, name := range r.Nodes() {
		if name != redis {
			node = name
		}
	}
	moved := 0
	for _, p := range r.pods(t) {
		if p.Spec.NodeName == node {
			moved++
		}
	}
	if moved == 0 {
		t.Fatalf("no pod is on %s", node)
	}
	l := r.load(t)
	began := now()
	defer func() { r.mustKubectl(t, "uncordon", node) }()
	r.mustKubectl(t, "drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=5m")
	r.settled(t)
	time.Sleep(calm)
	for _, p := range r.pods(t) {
		if p.Spec.NodeName == node {
			t.Errorf("%s is still on %s", p.Metadata.Name, node)
		}
	}
	failed := l.failedSince(began)
	length, text := outage(failed)
	t.Logf("%s drained of %d pods within %s: %d of %d Actions failed\n%s", node, moved, since(began), len(failed), l.total(), text)
	if length > movingTime {
		t.Errorf("Actions failed for %s, want at most %s", length, movingTime)
	}
	l.end(t)
}

// recovered returns when the victim is gone, all workloads have their pods and
// nothing has failed for a while.
func (r *release) recovered(t *testing.T, l *load, victim pod) {
	t.Helper()
	r.gone(t, victim)
	deadline := time.Now().Add(recovery)
	r.settled(t)
	for {
		moment := time.Now()
		time.Sleep(calm)
		if len(l.failedSince(moment)) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("Actions still fail %s after %s was deleted", recovery, victim.Metadata.Name)
		}
	}
}

// gone returns when a pod has ended.
func (r *release) gone(t *testing.T, p pod) {
	t.Helper()
	isIt := func(other pod) bool { return other.Metadata.UID == p.Metadata.UID }
	for deadline := time.Now().Add(recovery); slices.ContainsFunc(r.pods(t), isIt); time.Sleep(calm / 4) {
		if time.Now().After(deadline) {
			t.Fatalf("%s is still there after %s", p.Metadata.Name, recovery)
		}
	}
}

func (r *release) one(t *testing.T, component string) pod {
	t.Helper()
	for _, p := range r.pods(t) {
		if p.component() == component {
			return p
		}
	}
	t.Fatalf("no pod of %s", component)
	return pod{}
}
