package boltstore_test

import (
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/counters/counterstest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/counter"
)

// Gateway and service are of two versions while they are upgraded.
func TestTheContractHoldsBetweenVersions(t *testing.T) {
	counterstest.Run(t, func(t *testing.T) counters.Service {
		client := rpctest.ServeNewer(t, counters.Methods(counter.New(open(t), time.Now))...)
		remote := counters.Dial(client)
		t.Cleanup(remote.Close)
		return remote
	})
}
