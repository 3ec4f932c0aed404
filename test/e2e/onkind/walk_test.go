//go:build kind

package onkind_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"xiaozhibo.dev/deploy/kind/cluster"
	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
	"xiaozhibo.dev/test/programs"
)

// onTheCluster is the block of docs/walk.md that test/e2e leaves out.
var onTheCluster = regexp.MustCompile("(?ms)^```bash\n(.*?)\n```$")

// walk takes a broadcast from one process on this machine to the cluster by the commands of docs/walk.md: the viewer of
// it notices nothing but the reconnect.
func walk(t *testing.T, c *cluster.Cluster) {
	const namespace = "live"
	folder := t.TempDir()
	built := deployments.BuildStandalone(t)
	if err := os.Symlink(built.Standalone(), filepath.Join(folder, "xiaozhibo")); err != nil {
		t.Fatal(err)
	}
	certificate, err := cluster.NewCertificate()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Prepare(t.Context(), namespace, certificate, cluster.DemoKeys()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := c.Kubectl(context.WithoutCancel(t.Context()), "delete", "namespace", namespace); err != nil {
			t.Error(err)
		}
	})

	laptop := deployments.StartOne(t, deployments.Deployment{Programs: built, Store: deployments.Bbolt})
	here := client.New(t, laptop)
	room := here.OnlineAnchor()
	room.Like(3)
	here.Must("EnterGroup", room.EnterFields("ann").With("nickname", "Ann").With("headpic", "")) // as the viewer enters
	viewer := disasters.Follow(t, laptop.URL(), room.ID, room.Group)
	viewer.Watches(t)
	if err := os.Rename(laptop.BackUp(t, built), filepath.Join(folder, "cluster.backup")); err != nil {
		t.Fatal(err)
	}
	for _, child := range laptop.Children() {
		if err := child.Stop(); err != nil {
			t.Fatal(err)
		}
	}

	run(t, c, folder, namespace)
	url, err := c.PlainURL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	viewer.Turn(url)
	viewer.Reconnected(t)
	viewer.End(t)
}

// run runs the commands in a folder that has what a reader has.
func run(t *testing.T, c *cluster.Cluster, folder, namespace string) {
	t.Helper()
	document, err := os.ReadFile("../../../docs/walk.md")
	if err != nil {
		t.Fatal(err)
	}
	block := onTheCluster.FindSubmatch(document)
	if block == nil {
		t.Fatal("docs/walk.md has no block for a cluster")
	}
	_, port, _ := strings.Cut(new(programs.Builder).Address(), ":")
	commands := strings.ReplaceAll(string(block[1]), "26379", port)
	if err := os.Symlink(c.Values(), filepath.Join(folder, "values.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Helm(t.Context(), "package", c.Chart(), "--destination", folder); err != nil {
		t.Fatal(err)
	}
	if err := c.Tools(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	began := now()
	bash := exec.CommandContext(t.Context(), "bash", "-eu", "-o", "pipefail", "-c", commands)
	bash.Dir = folder
	bash.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"), "KUBECONFIG="+c.Kubeconfig())
	if out, err := bash.CombinedOutput(); err != nil {
		pods, _ := c.Kubectl(t.Context(), "--namespace", namespace, "get", "pods") // it is for people
		t.Fatalf("the walk: %v\n%s\n%s", err, out, pods)
	}
	t.Logf("installed, restored and upgraded to another prefix within %s", since(began))
}
