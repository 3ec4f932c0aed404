//go:build kind

package onkind_test

import (
	"os"
	"sync"
	"testing"

	"xiaozhibo.dev/deploy/kind/cluster"
)

// clusterName is not the one of make kind-up: tests take their cluster away.
const clusterName = "xiaozhibo-e2e"

func TestTheChartOnACluster(t *testing.T) {
	began := now()
	last := buildLastRelease(t)
	c, err := cluster.UpWithImages(t.Context(), clusterName, os.Stderr)
	if err != nil {
		t.Fatalf("no cluster, and the chart cannot be tested without one: %v", err)
	}
	t.Cleanup(func() {
		if os.Getenv("XZB_E2E_KEEP") != "" {
			t.Logf("the cluster stays; its kubeconfig is %s", c.Kubeconfig())
			return
		}
		if err := cluster.Down(clusterName); err != nil {
			t.Error(err)
		}
	})
	t.Logf("a cluster of two nodes, with our images, after %s", since(began))

	// They are beside each other, because they wait more than they compute: for pods to start and to end.
	var others sync.WaitGroup // whose pods a node that is drained would lose
	for name, test := range map[string]func(*testing.T, *cluster.Cluster){"OnBbolt": onBbolt, "TheWalkEndsOnIt": walk} {
		t.Run(name, func(t *testing.T) {
			others.Add(1)
			t.Parallel()
			t.Cleanup(others.Done) // when its namespace is gone
			test(t, c)
		})
	}
	t.Run("OnRedis", func(t *testing.T) {
		t.Parallel()
		onRedis(t, c, last, others.Wait)
	})
}

func onBbolt(t *testing.T, c *cluster.Cluster) {
	r := prepare(t, c, "bbolt", "observe", cluster.NodePorts[1])
	r.install(t)
	t.Run("PodsAreAdmittedUnderTheRestrictedStandard", r.admission)
	t.Run("PodsAreSmallAndReadySoon", r.sizes)
	t.Run("AStrayPodReachesOnlyWhatIsPublic", r.isolation)
	t.Run("Meanwhile", func(t *testing.T) { // pods wait to be let in
		parallel(t, "APodThatPassesForAGatewayGetsNothing", r.impostors)
		parallel(t, "MetricsAreReadFromTheNamespaceOfMonitoring", r.metrics)
		parallel(t, "KeepsTheContract", r.contract)
	})
	t.Run("NoLogShowsAToken", r.concealment)
	t.Run("HelmTestPasses", r.helmTest)
	t.Run("ExposureIsAcceptedByTheAPIServer", r.exposure)
	t.Run("ABackupOfTheCronJobIsRestored", func(t *testing.T) { newReader(t, c, r.namespace).restored(t, r.caller(), ontoBbolt) })
	t.Run("APodThatIsDeletedLosesNothing", r.deletions)
	t.Run("PodsThatAreKilledLoseNothing", r.kills)
	t.Run("UninstallLeavesTheClaims", func(t *testing.T) {
		r.uninstall(t, "backups", "data-live-xiaozhibo-counter-0",
			"data-live-xiaozhibo-room-0", "data-live-xiaozhibo-signing-0", "data-live-xiaozhibo-stream-0")
	})
}

// onRedis waits for the others before it disturbs them.
func onRedis(t *testing.T, c *cluster.Cluster, last *lastRelease, others func()) {
	r := prepare(t, c, "redis", "require", cluster.NodePorts[2], "--set", onThree)
	if last != nil {
		last.install(t, r)
	} else {
		r.install(t)
	}
	t.Run("AnUpgradeFailsNoAction", r.upgrade)
	t.Run("PodsAreSmallAndReadySoon", r.sizes) // now that Redis was there when they started
	t.Run("PodsAreAdmittedUnderTheRestrictedStandard", r.admission)
	t.Run("AStrayPodReachesOnlyWhatIsPublic", r.isolation)
	t.Run("Meanwhile", func(t *testing.T) {
		parallel(t, "APodThatPassesForAGatewayGetsNothing", r.impostors)
		parallel(t, "KeepsTheContract", r.contract)
	})
	t.Run("NoLogShowsAToken", r.concealment)
	t.Run("APushKeyIsRotatedWithoutARestart", r.rotation)
	t.Run("PodsThatAreDeletedFailNoAction", r.deletionsAtOnce)
	others()
	t.Run("ANodeIsDrained", r.drain)
	t.Run("HelmTestPasses", r.helmTest)
	if last != nil {
		t.Run("TheWayBackFailsNoAction", r.rollback)
	}
	t.Run("UninstallLeavesTheClaims", func(t *testing.T) { r.uninstall(t, "data-live-xiaozhibo-redis-0") })
}

// parallel runs a test beside those of the same group.
func parallel(t *testing.T, name string, test func(*testing.T)) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		test(t)
	})
}
