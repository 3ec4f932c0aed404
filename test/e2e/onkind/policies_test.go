//go:build kind

package onkind_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// stray is a pod that has nothing to do with the release, and tries addresses of it, each in a container of its own.
// Its labels and its restart policy are its own.
const stray = `---
apiVersion: v1
kind: Pod
metadata: {name: stray, namespace: %[1]s, labels: {stray: "true"%[2]s}}
spec:
  restartPolicy: %[3]s
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
`

const strayContainer = `    - name: %[1]s
      image: xiaozhibo/smoke:dev
      imagePullPolicy: Never
      args: ["http://%[2]s"]
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`

// likeAGateway are the labels that NetworkPolicies know a gateway by.
const likeAGateway = ", app.kubernetes.io/name: xiaozhibo, app.kubernetes.io/instance: " + releaseName + ", app.kubernetes.io/component: gateway"

// stray lets a pod try addresses, each by a name, and returns what it has to say of each.
func (r *release) stray(t *testing.T, namespace, labels string, addresses map[string]string) map[string]string {
	t.Helper()
	r.send(t, namespace, labels, "Never", addresses)
	ended := func() bool {
		// Not mustKubectl: it is about the release's own namespace.
		phase, err := r.Kubectl(t.Context(), "--namespace", namespace, "get", "pod/stray", "-o", "jsonpath={.status.phase}")
		if err != nil {
			t.Fatal(err)
		}
		return phase == "Succeeded" || phase == "Failed"
	}
	client.Eventually(t, 2*time.Minute, "all containers of a stray pod have ended", ended)
	logs := map[string]string{}
	for name := range addresses {
		log, err := r.Kubectl(t.Context(), "--namespace", namespace, "logs", "pod/stray", "--container", name)
		if err != nil {
			t.Fatal(err)
		}
		logs[name] = log
	}
	r.recall(t, namespace)
	return logs
}

// welcome lets a pod try addresses, each by a name, until the log of each has what is wanted. A node learns of a new
// pod's labels only some time after it has started; until then the pod is kept out.
func (r *release) welcome(t *testing.T, namespace, labels string, addresses map[string]string, wanted string) {
	t.Helper()
	r.send(t, namespace, labels, "OnFailure", addresses)
	for name := range addresses {
		answered := func() bool {
			for _, which := range []string{"--previous=false", "--previous"} {
				log, _ := r.Kubectl(t.Context(), "--namespace", namespace, "logs", which, "pod/stray", "--container", name) // there may be none yet
				if strings.Contains(log, wanted) {
					return true
				}
			}
			return false
		}
		client.Eventually(t, 3*time.Minute, "a pod of "+namespace+" is answered by "+name+": "+wanted, answered)
	}
	r.recall(t, namespace)
}

func (r *release) send(t *testing.T, namespace, labels, restart string, addresses map[string]string) {
	t.Helper()
	pod := fmt.Sprintf(stray, namespace, labels, restart)
	for name, address := range addresses {
		pod += fmt.Sprintf(strayContainer, name, address)
	}
	if err := r.Apply(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
}

func (r *release) recall(t *testing.T, namespace string) {
	t.Helper()
	if _, err := r.Kubectl(t.Context(), "--namespace", namespace, "delete", "pod/stray", "--now"); err != nil {
		t.Fatal(err)
	}
}

// reached tells whether a pod has been answered: only gateways answer as smoke wants, but whatever it is that
// answers has been reached.
func reached(log string) bool {
	return strings.Contains(log, "ok ") || strings.Contains(log, "answered with status") || strings.Contains(log, "malformed HTTP")
}

// isolation checks that a stray pod is let in where the NetworkPolicies say so, and nowhere else. That the
// gateway reaches the services, and they Redis, every other case shows.
func (r *release) isolation(t *testing.T) {
	addresses := map[string]string{"gateway": r.one(t, "gateway").Status.PodIP + ":8080"}
	for _, component := range services {
		addresses[component] = r.one(t, component).Status.PodIP + ":8081"
	}
	for _, component := range append([]string{"gateway"}, services...) {
		addresses[component+"-ops"] = r.one(t, component).Status.PodIP + ":9090"
	}
	if r.redis {
		addresses["redis"] = r.one(t, "redis").Status.PodIP + ":6379"
	}
	for name, log := range r.stray(t, r.namespace, "", addresses) {
		if open := name == "gateway"; reached(log) != open {
			t.Errorf("a stray pod reached %s: %v, want %v:\n%s", name, !open, open, log)
		}
	}
}

// impostors are let through by the NetworkPolicies, as a pod would be where nobody enforces them, and have no secret.
func (r *release) impostors(t *testing.T) {
	addresses := map[string]string{}
	for _, component := range services {
		addresses[component] = r.one(t, component).Status.PodIP + ":8081"
	}
	r.welcome(t, r.namespace, likeAGateway, addresses, "answered with status 401")
	t.Logf("%d services have answered a pod without the secret with 401", len(addresses))
}

// metrics checks that Prometheus, in the namespace that the chart expects it in, reads them.
func (r *release) metrics(t *testing.T) {
	const namespace = "monitoring"
	if err := r.Apply(t.Context(), "apiVersion: v1\nkind: Namespace\nmetadata: {name: "+namespace+"}\n"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := r.Kubectl(context.WithoutCancel(t.Context()), "delete", "namespace", namespace, "--wait=false"); err != nil {
			t.Error(err)
		}
	})
	if _, err := r.Kubectl(t.Context(), "--namespace", namespace, "wait", "--for=create", "--timeout=1m", "serviceaccount/default"); err != nil {
		t.Fatal(err)
	}
	addresses := map[string]string{}
	for _, component := range append([]string{"gateway"}, services...) {
		addresses[component] = r.one(t, component).Status.PodIP + ":9090"
	}
	r.welcome(t, namespace, "", addresses, "answered with status")
}
