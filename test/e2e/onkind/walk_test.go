//go:build kind

package onkind_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaozhibo.dev/deploy/kind/cluster"
	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
	"xiaozhibo.dev/test/programs"
)

// walk takes a broadcast from one process on this machine to the cluster by the commands of docs/walk.md: the viewer of
// it notices nothing but the reconnect.
func walk(t *testing.T, c *cluster.Cluster) {
	const namespace = "live"
	built := deployments.BuildStandalone(t)
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
	backup := laptop.BackUp(t, built)
	for _, child := range laptop.Children() {
		if err := child.Stop(); err != nil {
			t.Fatal(err)
		}
	}

	reader := newReader(t, c, namespace)
	if err := os.Rename(backup, filepath.Join(reader.folder, "cluster.backup")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(built.Standalone(), filepath.Join(reader.folder, "xiaozhibo")); err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(new(programs.Builder).Address(), ":")
	reader.run(t, strings.ReplaceAll(blocks(t, "walk.md", 1)[0], "26379", port))
	url, err := c.PlainURL(t.Context(), cluster.NodePorts[0])
	if err != nil {
		t.Fatal(err)
	}
	viewer.Turn(url)
	viewer.Reconnected(t)
	viewer.End(t)
	t.Run("ABackupOfTheCronJobIsRestored", func(t *testing.T) {
		reader.restored(t, &caller{url: url + "/interface.php", http: &http.Client{Timeout: patience}}, ontoRedis)
	})
}
