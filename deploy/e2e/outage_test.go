package e2e_test

import (
	"testing"

	"xiaozhibo.dev/deploy/e2e"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

func TestACopyOfEachServiceMayDieUnderLoad(t *testing.T) {
	redis := redistest.Start(t)
	e2e.CopiesDie(t, e2e.Deployment{Programs: e2e.Build(t), Store: e2e.Redis(redis.Addr())})
}

func TestTheStoreMayDieUnderLoadAndComeBack(t *testing.T) {
	redis := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "everysec")
	e2e.StoreDies(t, e2e.Deployment{Programs: e2e.Build(t), Store: e2e.Redis(redis.Addr())},
		func() { redis.Kill(t) }, func() { redis.Restart(t) })
}
