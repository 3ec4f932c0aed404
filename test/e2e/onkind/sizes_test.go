//go:build kind

package onkind_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	mostMemory = 32 << 20        // of an idle pod, in bytes
	startTime  = 2 * time.Second // of half of the processes, until they are ready: other pods may keep this machine busy
)

// atRest is how long a pod may take to give back what it needed under load: the runtime looks every two minutes.
const atRest = 4 * time.Minute

// sizes shows how much memory each pod has when idle, and how soon it was ready.
func (r *release) sizes(t *testing.T) {
	memory := r.workingSets(t)
	for deadline := now().Add(atRest); mostOf(memory) > mostMemory && now().Before(deadline); memory = r.workingSets(t) {
		time.Sleep(5 * time.Second) // the kubelet looks every ten or so
	}
	var table strings.Builder
	var times []time.Duration
	for _, p := range r.pods(t) {
		name, used := p.Metadata.Name, memory[p.Metadata.Name]
		if used == 0 || used > mostMemory {
			t.Errorf("%s has %d bytes of memory, want some and at most %d", name, used, mostMemory)
		}
		if p.component() == "redis" {
			fmt.Fprintf(&table, "  %-42s %5.1f MiB\n", name, float64(used)/(1<<20))
			continue
		}
		took, waited := r.startTime(t, name)
		times = append(times, took)
		fmt.Fprintf(&table, "  %-42s %5.1f MiB, ready %4d ms after it started and %4d ms for Redis, seen %.0f s after\n",
			name, float64(used)/(1<<20), took.Milliseconds(), waited.Milliseconds(), p.seenReady().Seconds())
	}
	t.Logf("idle:\n%s", table.String())
	slices.Sort(times)
	if half := times[len(times)/2]; half > startTime {
		t.Errorf("half of the pods were ready after %s, want at most %s", half, startTime)
	}
}

// startTime is from the first line of a process's log to the one that says it is
// ready, without how long it waited for Redis, which may start at the same time,
// and whose NetworkPolicy knows a new pod only after a moment.
func (r *release) startTime(t *testing.T, name string) (took, waited time.Duration) {
	t.Helper()
	var first, wait time.Time
	for line := range strings.Lines(r.mustKubectl(t, "logs", name)) {
		var entry struct {
			Time time.Time
			Msg  string
		}
		if json.Unmarshal([]byte(line), &entry) != nil {
			continue
		}
		if first.IsZero() {
			first = entry.Time
		}
		switch {
		case strings.HasPrefix(entry.Msg, "redis is not ready") && wait.IsZero():
			wait = entry.Time
		case entry.Msg == "redis answers" && !wait.IsZero():
			waited = entry.Time.Sub(wait)
		case entry.Msg == "ready":
			return entry.Time.Sub(first) - waited, waited
		}
	}
	t.Fatalf("the log of %s does not say that it is ready", name)
	return 0, 0
}

// seenReady is from the start of the container to when Kubernetes saw that it is
// ready; both are whole seconds.
func (p pod) seenReady() time.Duration {
	for _, condition := range p.Status.Conditions {
		for _, container := range p.Status.ContainerStatuses {
			if condition.Type == "Ready" && container.State.Running != nil {
				return condition.LastTransitionTime.Sub(container.State.Running.StartedAt)
			}
		}
	}
	return 0
}

// workingSets is what each pod has in memory, in bytes, by its name.
func (r *release) workingSets(t *testing.T) map[string]int {
	t.Helper()
	memory := map[string]int{}
	for _, node := range r.Nodes() {
		var summary struct {
			Pods []struct {
				PodRef     struct{ Name, Namespace string }
				Containers []struct{ Memory struct{ WorkingSetBytes int } }
			}
		}
		out := r.mustKubectl(t, "get", "--raw", "/api/v1/nodes/"+node+"/proxy/stats/summary")
		if err := json.Unmarshal([]byte(out), &summary); err != nil {
			t.Fatal(err)
		}
		for _, p := range summary.Pods {
			for _, container := range p.Containers {
				if p.PodRef.Namespace == r.namespace {
					memory[p.PodRef.Name] += container.Memory.WorkingSetBytes
				}
			}
		}
	}
	return memory
}

func mostOf(memory map[string]int) int {
	return slices.Max(append(slices.Collect(maps.Values(memory)), 0))
}
