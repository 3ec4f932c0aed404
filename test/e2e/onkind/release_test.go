//go:build kind

package onkind_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/deploy/kind/cluster"
)

// releaseName is what every release is called, each in a namespace of its own.
const releaseName = "live"

// release is the chart, installed.
type release struct {
	*cluster.Cluster
	namespace string
	ports     cluster.Ports
	redis     bool
	auth      string   // observe or require
	args      []string // of helm, besides deploy/kind/values.yaml
	url       string   // of the gateway, HTTPS
	authority string   // file that has the certificate of its authority
	roots     *x509.CertPool
}

// prepare makes a new namespace ready for the chart. It is gone when t ends.
func prepare(t *testing.T, c *cluster.Cluster, namespace, auth string, ports cluster.Ports, args ...string) *release {
	t.Helper()
	args = append(args, "--set", asking(auth), "--set", ports.Values())
	r := &release{Cluster: c, namespace: namespace, ports: ports, redis: namespace == "redis", auth: auth, args: args}
	certificate, err := cluster.NewCertificate()
	if err != nil {
		t.Fatal(err)
	}
	r.roots = x509.NewCertPool()
	r.roots.AppendCertsFromPEM(certificate.Cert)
	r.authority = filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(r.authority, certificate.Cert, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Prepare(t.Context(), namespace, certificate, cluster.DemoKeys()); err != nil {
		t.Fatal(err)
	}
	if err := c.SetSecret(t.Context(), namespace, "live-auth", "Opaque", map[string]string{"jwt-key": authKey}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if t.Failed() {
			r.explain(ctx, t)
		}
		if os.Getenv("XZB_E2E_KEEP") == "" || !t.Failed() { // nobody waits for it: its node ports are its own
			if _, err := c.Kubectl(ctx, "delete", "namespace", namespace, "--wait=false"); err != nil {
				t.Error(err)
			}
		}
	})
	if r.url, err = c.URL(t.Context(), ports); err != nil {
		t.Fatal(err)
	}
	return r
}

// install installs the chart.
func (r *release) install(t *testing.T) {
	t.Helper()
	began := now()
	if err := r.Install(t.Context(), releaseName, r.namespace, r.args...); err != nil {
		t.Fatal(err)
	}
	r.answers(t, began)
}

// answers checks that an Action is answered now that helm says that everything is ready.
func (r *release) answers(t *testing.T, began time.Time) {
	t.Helper()
	r.caller().must(t, "FetchList", fields{"flag": 3, "pageno": 1, "pagesize": 20})
	t.Logf("installed, and the first Action answered, after %s", since(began))
}

// explain shows what there is when a test has failed.
func (r *release) explain(ctx context.Context, t *testing.T) {
	for _, args := range [][]string{
		{"get", "all", "-o", "wide"},
		{"get", "events", "--field-selector=type!=Normal", "--sort-by=.lastTimestamp"},
		{"logs", "--selector=app.kubernetes.io/instance=" + releaseName, "--prefix", "--tail=30"},
	} {
		out, err := r.kubectl(ctx, args...)
		t.Logf("kubectl %s\n%s%v", strings.Join(args, " "), out, err)
	}
}

func (r *release) kubectl(ctx context.Context, args ...string) (string, error) {
	return r.Kubectl(ctx, append([]string{"--namespace", r.namespace}, args...)...)
}

// mustKubectl is kubectl that has to succeed.
func (r *release) mustKubectl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := r.kubectl(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// pod is what the tests look at of a pod.
type pod struct {
	Metadata struct {
		Name   string
		UID    string
		Labels map[string]string
	}
	Spec   struct{ NodeName string }
	Status struct {
		PodIP      string
		Conditions []struct {
			Type, Status       string
			LastTransitionTime time.Time
		}
		ContainerStatuses []struct {
			RestartCount int
			State        struct {
				Running *struct{ StartedAt time.Time }
			}
		}
	}
}

func (p pod) component() string { return p.Metadata.Labels["app.kubernetes.io/component"] }

// pods are the pods of the release, by name.
func (r *release) pods(t *testing.T) []pod {
	t.Helper()
	var list struct{ Items []pod }
	out := r.mustKubectl(t, "get", "pods", "--selector=app.kubernetes.io/instance="+releaseName, "-o", "json")
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(list.Items, func(a, b pod) int { return strings.Compare(a.Metadata.Name, b.Metadata.Name) })
	return list.Items
}

// settled returns when every workload has all its pods, ready.
func (r *release) settled(t *testing.T) {
	t.Helper()
	for name := range strings.Lines(r.mustKubectl(t, "get", "deployments,statefulsets", "-o", "name")) {
		r.mustKubectl(t, "rollout", "status", strings.TrimSpace(name), "--timeout=3m")
	}
}

func now() time.Time { return time.Now() }

func since(began time.Time) time.Duration { return time.Since(began).Round(100 * time.Millisecond) }
