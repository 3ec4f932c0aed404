package redistest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// StartCluster starts a Cluster of three nodes and returns their addresses. It
// ends with the test.
func StartCluster(t testing.TB) (addrs []string) {
	t.Helper()
	for _, server := range StartNodes(t) {
		addrs = append(addrs, server.Addr())
	}
	return addrs
}

// StartNodes is StartCluster for a test that does things to the nodes.
func StartNodes(t testing.TB) (servers []*Server) {
	t.Helper()
	const nodes, slots = 3, 16384
	var clients []*redis.Client
	for range nodes {
		bus := freePort(t)
		server := Start(t, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus), "--cluster-node-timeout", "5000")
		client := server.client()
		t.Cleanup(func() { client.Close() })
		clients, servers = append(clients, client), append(servers, server)
		must(t, clients[0].Do(t.Context(), "CLUSTER", "MEET", "127.0.0.1", server.port, bus).Err())
	}
	for i, client := range clients {
		must(t, client.ClusterAddSlotsRange(t.Context(), i*slots/nodes, (i+1)*slots/nodes-1).Err())
	}
	for _, client := range clients {
		eventually(t, "the nodes know each other", func(ctx context.Context) error {
			info, err := client.ClusterInfo(ctx).Result()
			if err == nil && (!strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_size:3")) {
				err = fmt.Errorf("the cluster is\n%s", info)
			}
			return err
		})
	}
	return servers
}
