package boltstore_test

import (
	"testing"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/signatures/signaturestest"
	"xiaozhibo.dev/libs/rpc/rpctest"
)

// Gateway and service are of two versions while they are upgraded.
func TestTheContractHoldsBetweenVersions(t *testing.T) {
	signaturestest.Run(t, func(t *testing.T, settings signaturestest.Settings) signatures.Service {
		remote := signatures.Dial(rpctest.ServeNewer(t, signatures.Methods(open(t, settings))...))
		t.Cleanup(remote.Close)
		return remote
	})
}
