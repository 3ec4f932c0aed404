package e2e_test

import (
	"testing"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
)

func TestACopyOfEachServiceMayDieUnderLoad(t *testing.T) {
	_, store := startRedis(t)
	disasters.CopiesDie(t, deployments.Deployment{Programs: theBuilt(t), Store: store})
}

func TestTheStoreMayDieUnderLoadAndComeBack(t *testing.T) {
	redis, store := startRedis(t)
	disasters.StoreDies(t, deployments.Deployment{Programs: theBuilt(t), Store: store},
		func() { redis.Kill(t) }, func() { redis.Restart(t) })
}

func TestListsAreReadWhileTheStoreTakesNoWrites(t *testing.T) {
	redis, store := startRedis(t)
	refuses := func(name, value, usual string) disasters.Refusal {
		return disasters.Refusal{Begin: func() { redis.Set(t, name, value) }, End: func() { redis.Set(t, name, usual) }}
	}
	disasters.StoreRefuses(t, deployments.Deployment{Programs: theBuilt(t), Store: store}, map[string]disasters.Refusal{
		"its memory is full":       refuses("maxmemory", "1mb", "0"),
		"it has lost its replicas": refuses("min-replicas-to-write", "1", "0"),
	})
}

// startRedis starts a server that appends to a file, and returns a Store in it for a user who may do what the
// README says he must be allowed to. It leaves syncing to the system: what it has written outlives its process, and
// while a slow disk syncs every second it would answer before it has written.
func startRedis(t *testing.T) (*redistest.Server, deployments.Store) {
	t.Helper()
	const username, password = "live", "testredispassword"
	server := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "no",
		"--user", username, "on", ">"+password, "~e2e-*", "-@all", "+@hash", "+@sortedset", "+@stream", "+@string", "+@keyspace",
		"+@scripting", "+@connection", "+info", "+time", "+cluster")
	return server, deployments.Redis(server.Addr(), username, password)
}
