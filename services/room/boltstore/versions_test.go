package boltstore_test

import (
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/members/memberstest"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/services/room"
)

// Gateway and service are of two versions while they are upgraded.
func TestTheContractHoldsBetweenVersions(t *testing.T) {
	memberstest.Run(t, func(t *testing.T, settings memberstest.Settings) members.Service {
		remote := members.Dial(rpctest.ServeNewer(t, members.Methods(room.New(open(t, settings), time.Now))...))
		t.Cleanup(remote.Close)
		return remote
	})
}
