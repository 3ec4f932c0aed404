package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// Master is the name that StartSentinel gives to what it watches.
const Master = "watched"

// StartReplica starts a server that follows another, and returns when it does.
func StartReplica(t testing.TB, master *Server) *Server {
	t.Helper()
	replica := Start(t, "--replicaof", "127.0.0.1 "+strconv.Itoa(master.port))
	replica.awaitInfo(t, "replication", "master_link_status:up")
	return replica
}

// StartSentinel starts one Sentinel, which makes the replica a master soon after
// the master has died.
func StartSentinel(t testing.TB, master *Server) *Server {
	t.Helper()
	need(t)
	s := &Server{port: freePort(t)}
	file := filepath.Join(t.TempDir(), "sentinel.conf") // it writes there what it learns
	settings := fmt.Sprintf("port %d\nbind 127.0.0.1\nsentinel monitor %s 127.0.0.1 %d 1\n"+
		"sentinel down-after-milliseconds %s 300\nsentinel failover-timeout %s 5000\n",
		s.port, Master, master.port, Master, Master)
	must(t, os.WriteFile(file, []byte(settings), 0o600))
	s.args = []string{file, "--sentinel"}
	t.Cleanup(func() { s.Kill(t) })
	s.launch(t)
	s.awaitInfo(t, "sentinel", "slaves=1,sentinels=1")
	return s
}
