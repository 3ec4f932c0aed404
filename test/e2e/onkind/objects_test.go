//go:build kind

package onkind_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// admission checks that the namespace refuses what does not fit the restricted
// Pod Security Standard; that our pods run in it shows that they do.
func (r *release) admission(t *testing.T) {
	err := r.Apply(t.Context(), `
apiVersion: v1
kind: Pod
metadata: {name: intruder, namespace: `+r.namespace+`}
spec:
  containers:
    - {name: intruder, image: "xiaozhibo/smoke:dev", securityContext: {privileged: true}}
`)
	if err == nil || !strings.Contains(err.Error(), "violates PodSecurity") {
		t.Errorf("a privileged pod: %v, want it refused by PodSecurity", err)
	}
	if pods := r.pods(t); len(pods) < 5 {
		t.Errorf("%d pods run, want one of each component at least", len(pods))
	}
}

// exposure checks that the API server takes what exposes and watches a release.
func (r *release) exposure(t *testing.T) {
	paths, err := exec.CommandContext(t.Context(), "../../../deploy/helm/crds.sh").Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.Lines(string(paths)) {
		manifest, err := os.ReadFile(strings.TrimSpace(path))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Apply(t.Context(), string(manifest)); err != nil {
			t.Fatal(err)
		}
	}
	r.mustKubectl(t, "wait", "--for=condition=Established", "--timeout=1m",
		"crd/httproutes.gateway.networking.k8s.io", "crd/servicemonitors.monitoring.coreos.com")
	args := append(slices.Clone(r.args), "--set",
		"gateway.ingress.enabled=true,gateway.ingress.hosts={live.example.com},gateway.ingress.tlsSecret=xiaozhibo-tls,"+
			"gateway.httpRoute.enabled=true,gateway.httpRoute.parentRefs[0].name=public,gateway.httpRoute.hostnames={live.example.com},"+
			"serviceMonitor.enabled=true,serviceMonitor.interval=30s")
	if err := r.Install(t.Context(), releaseName, r.namespace, args...); err != nil {
		t.Fatal(err)
	}
	for _, object := range []string{"ingress/live-xiaozhibo-gateway", "httproute/live-xiaozhibo-gateway", "servicemonitor/live-xiaozhibo-ops"} {
		r.mustKubectl(t, "get", object)
	}
	if err := r.Install(t.Context(), releaseName, r.namespace, r.args...); err != nil {
		t.Fatal(err)
	}
	if left := r.mustKubectl(t, "get", "ingress,httproute,servicemonitor", "-o", "name"); left != "" {
		t.Errorf("turned off again, there is still %s", left)
	}
}

// helmTest runs the hooks of the chart.
func (r *release) helmTest(t *testing.T) {
	out, err := r.Helm(t.Context(), "test", releaseName, "--namespace", r.namespace, "--timeout", "2m")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(out, "Phase:") || !strings.Contains(out, "Succeeded") {
		t.Errorf("no hook has succeeded:\n%s", out)
	}
}

// uninstall checks that nothing is left but these claims, in the order of their names.
func (r *release) uninstall(t *testing.T, claims ...string) {
	if _, err := r.Helm(t.Context(), "uninstall", releaseName, "--namespace", r.namespace, "--wait", "--timeout", "3m"); err != nil {
		t.Fatal(err)
	}
	want := make([]string, len(claims))
	for i, claim := range claims {
		want[i] = "persistentvolumeclaim/" + claim
	}
	kinds := strings.Fields(r.mustKubectl(t, "api-resources", "--namespaced", "--verbs=list", "-o", "name"))
	kinds = slices.DeleteFunc(kinds, func(kind string) bool { return strings.HasPrefix(kind, "events") })
	var left []string
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		left = strings.Fields(r.mustKubectl(t, "get", strings.Join(kinds, ","), "-o", "name", "--ignore-not-found"))
		left = slices.DeleteFunc(left, ours)
		slices.Sort(left)
		if slices.Equal(left, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("there is still %v, want %v", left, want)
		}
	}
}

// ours are the objects that the tests and Kubernetes itself put into a namespace.
func ours(name string) bool {
	return slices.Contains([]string{
		"secret/xiaozhibo-keys", "secret/xiaozhibo-tls", "secret/live-auth", "secret/live-admin", "configmap/kube-root-ca.crt", "serviceaccount/default",
	}, name)
}
