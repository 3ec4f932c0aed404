//go:build kind

package onkind_test

import (
	"os"
	"testing"

	"xiaozhibo.dev/deploy/kind/cluster"
)

// clusterName is not the one of make kind-up: tests take their cluster away.
const clusterName = "xiaozhibo-e2e"

func TestTheChartOnACluster(t *testing.T) {
	began := now()
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

	t.Run("OnBbolt", func(t *testing.T) { onBbolt(t, c) })
	t.Run("TheWalkEndsOnIt", func(t *testing.T) { walk(t, c) })
	t.Run("OnRedis", func(t *testing.T) { onRedis(t, c) })
}

func onBbolt(t *testing.T, c *cluster.Cluster) {
	r := install(t, c, "bbolt", "observe")
	t.Run("PodsAreAdmittedUnderTheRestrictedStandard", r.admission)
	t.Run("PodsAreSmallAndReadySoon", r.sizes)
	t.Run("AStrayPodReachesOnlyWhatIsPublic", r.isolation)
	t.Run("APodThatPassesForAGatewayGetsNothing", r.impostors)
	t.Run("MetricsAreReadFromTheNamespaceOfMonitoring", r.metrics)
	t.Run("KeepsTheContract", r.contract)
	t.Run("NoLogShowsAToken", r.concealment)
	t.Run("HelmTestPasses", r.helmTest)
	t.Run("ExposureIsAcceptedByTheAPIServer", r.exposure)
	t.Run("APodThatIsDeletedLosesNothing", func(t *testing.T) { r.deletions(t, false) })
	t.Run("APodThatIsKilledLosesNothing", func(t *testing.T) { r.deletions(t, true) })
	t.Run("UninstallLeavesTheClaims", func(t *testing.T) {
		r.uninstall(t, "data-live-xiaozhibo-counter-0",
			"data-live-xiaozhibo-room-0", "data-live-xiaozhibo-signing-0", "data-live-xiaozhibo-stream-0")
	})
}

func onRedis(t *testing.T, c *cluster.Cluster) {
	r := install(t, c, "redis", "require", "--set", "store.type=redis,redis.bundled=true,defaults.replicas=3")
	t.Run("PodsAreAdmittedUnderTheRestrictedStandard", r.admission)
	t.Run("AStrayPodReachesOnlyWhatIsPublic", r.isolation)
	t.Run("APodThatPassesForAGatewayGetsNothing", r.impostors)
	t.Run("KeepsTheContract", r.contract)
	t.Run("NoLogShowsAToken", r.concealment)
	t.Run("APushKeyIsRotatedWithoutARestart", r.rotation)
	t.Run("AnUpgradeFailsNoAction", r.upgrade)
	t.Run("PodsAreSmallAndReadySoon", r.sizes) // now that Redis was there when they started
	t.Run("APodThatIsDeletedFailsNoAction", func(t *testing.T) { r.deletions(t, false) })
	t.Run("ANodeIsDrained", r.drain)
	t.Run("HelmTestPasses", r.helmTest)
	t.Run("UninstallLeavesTheClaims", func(t *testing.T) { r.uninstall(t, "data-live-xiaozhibo-redis-0") })
}
