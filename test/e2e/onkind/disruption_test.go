//go:build kind

package onkind_test

import (
	"fmt"
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

// replaced checks that no Action fails while every pod of every component is replaced, by a helm that waits for it.
func (r *release) replaced(t *testing.T, helm func() error) {
	l := r.load(t)
	before := r.pods(t)
	began := now()
	if err := helm(); err != nil {
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
	l.noneFailed(t, began)
	l.end(t)
}

// upgrade upgrades under load to this version, by other pods even where it is installed already.
func (r *release) upgrade(t *testing.T) {
	args := append(slices.Clone(r.args), "--set-string", "defaults.podAnnotations.upgrade="+now().UTC().Format("150405"))
	r.replaced(t, func() error { return r.Install(t.Context(), releaseName, r.namespace, args...) })
}

// deletions deletes the pod of each component in turn, under load. The next one of a service on bbolt has to open its file first.
func (r *release) deletions(t *testing.T) {
	l := r.load(t)
	for _, component := range append([]string{"gateway"}, services...) {
		victim := r.one(t, component)
		began := now()
		r.mustKubectl(t, "delete", "pod", victim.Metadata.Name, "--wait=false")
		r.recovered(t, l, victim)
		l.failedFor(t, began, movingTime, victim.Metadata.Name+" deleted")
	}
	l.end(t)
}

// kills ends the gateway's pod, then those of all services at once, as if their nodes had been lost.
func (r *release) kills(t *testing.T) {
	l := r.load(t)
	for _, components := range [][]string{{"gateway"}, services} {
		began := now()
		r.recovered(t, l, r.deleteOfEach(t, components, "--grace-period=0", "--force")...)
		l.failedFor(t, began, movingTime, fmt.Sprintf("pods of %v killed", components))
	}
	l.end(t)
}

// deletionsAtOnce deletes a pod of every component at the same time, under load: each has two others beside it.
func (r *release) deletionsAtOnce(t *testing.T) {
	l := r.load(t)
	began := now()
	r.recovered(t, l, r.deleteOfEach(t, append([]string{"gateway"}, services...))...)
	t.Logf("a pod of each was deleted, and others were in their place within %s", since(began))
	l.noneFailed(t, began)
	l.end(t)
}

func (r *release) deleteOfEach(t *testing.T, components []string, how ...string) (victims []pod) {
	t.Helper()
	deletion := append([]string{"delete", "pod", "--wait=false"}, how...)
	for _, component := range components {
		victim := r.one(t, component)
		victims = append(victims, victim)
		deletion = append(deletion, victim.Metadata.Name)
	}
	r.mustKubectl(t, deletion...)
	return victims
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
	l.failedFor(t, began, movingTime, fmt.Sprintf("%s drained of %d pods within %s", node, moved, since(began)))
	l.end(t)
}

// recovered returns when the victims are gone, all workloads have their pods and
// nothing has failed for a while.
func (r *release) recovered(t *testing.T, l *load, victims ...pod) {
	t.Helper()
	for _, victim := range victims {
		r.gone(t, victim)
	}
	deadline := time.Now().Add(recovery)
	r.settled(t)
	for {
		moment := time.Now()
		time.Sleep(calm)
		if len(l.failedSince(moment)) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("Actions still fail %s after %d pods were deleted", recovery, len(victims))
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
