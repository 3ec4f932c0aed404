//go:build kind

package onkind_test

import (
	"fmt"
	"strings"
	"testing"
)

// stray is a pod that has nothing to do with the release, and tries one address of it.
const stray = `---
apiVersion: v1
kind: Pod
metadata: {name: stray-%[1]s, namespace: %[2]s, labels: {stray: "true"}}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: smoke
      image: xiaozhibo/smoke:dev
      imagePullPolicy: Never
      args: ["http://%[3]s"]
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`

// isolation checks that a stray pod is let in where the NetworkPolicies say so, and nowhere else. That the
// gateway reaches the services, and they Redis, every other case shows.
func (r *release) isolation(t *testing.T) {
	reached := map[string]bool{}
	var pods strings.Builder
	try := func(name, address string, open bool) {
		reached[name] = open
		fmt.Fprintf(&pods, stray, name, r.namespace, address)
	}
	for _, component := range services {
		try(component, r.one(t, component).Status.PodIP+":8081", false)
	}
	if r.redis {
		try("redis", r.one(t, "redis").Status.PodIP+":6379", false)
	}
	try("gateway", r.one(t, "gateway").Status.PodIP+":8080", true)
	if err := r.Apply(t.Context(), pods.String()); err != nil {
		t.Fatal(err)
	}
	for name, open := range reached {
		// Only gateways answer as smoke wants: whatever it is that answers, it has been reached.
		r.mustKubectl(t, "wait", "--for=jsonpath={.status.containerStatuses[0].state.terminated}", "--timeout=1m", "pod/stray-"+name)
		log := r.mustKubectl(t, "logs", "stray-"+name)
		answered := strings.Contains(log, "ok ") || strings.Contains(log, "answered with status") || strings.Contains(log, "malformed HTTP")
		if answered != open {
			t.Errorf("a stray pod reached %s: %v, want %v:\n%s", name, answered, open, log)
		}
	}
	r.mustKubectl(t, "delete", "pods", "--selector=stray=true", "--now")
}
