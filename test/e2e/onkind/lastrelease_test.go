//go:build kind

package onkind_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"xiaozhibo.dev/deploy/kind/cluster"
	"xiaozhibo.dev/test/e2e/deployments"
)

// onThree are the values of a release on Redis, with three copies of everything, that every version knows.
const onThree = "store.type=redis,redis.bundled=true,defaults.replicas=3"

// lastRelease is the version before this one, being built.
type lastRelease struct {
	version string
	source  string // folder
	archive string // of its images
	built   chan error
}

// buildLastRelease builds while the cluster starts. It returns nil where the history of this clone does not reach back so far.
func buildLastRelease(t *testing.T) *lastRelease {
	t.Helper()
	const root = "../../.."
	version, commit, err := deployments.LastRelease(root)
	if err != nil {
		t.Fatal(err)
	}
	l := &lastRelease{version: version, source: t.TempDir(), archive: filepath.Join(t.TempDir(), "images.tar"), built: make(chan error, 1)}
	there, err := deployments.CheckOut(t.Context(), root, commit, l.source)
	if err != nil {
		t.Fatal(err)
	}
	if !there {
		t.Logf("the history of this clone does not reach back to %s, of which %s was made: git fetch --unshallow", commit, version)
		return nil
	}
	go func() {
		l.built <- cluster.BuildRelease(context.WithoutCancel(t.Context()), l.source, version, l.archive, os.Stderr)
	}()
	return l
}

// install installs its chart, with the values that it had for kind.
func (l *lastRelease) install(t *testing.T, r *release) {
	t.Helper()
	if err := <-l.built; err != nil {
		t.Fatal(err)
	}
	if err := r.Load(l.archive); err != nil {
		t.Fatal(err)
	}
	began := now()
	_, err := r.Helm(t.Context(), "install", releaseName, filepath.Join(l.source, "deploy", "helm", "xiaozhibo"), "--namespace", r.namespace,
		"--values", filepath.Join(l.source, "deploy", "kind", "values.yaml"), "--set-string", "image.tag="+l.version,
		"--set", onThree, "--set", r.ports.Values(), "--wait", "--timeout", "5m")
	if err != nil {
		t.Fatal(err)
	}
	r.answers(t, began)
}

// rollback goes back to it.
func (r *release) rollback(t *testing.T) {
	r.replaced(t, func() error {
		_, err := r.Helm(t.Context(), "rollback", releaseName, "1", "--namespace", r.namespace, "--wait", "--timeout", "5m")
		return err
	})
}
