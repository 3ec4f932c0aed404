package boltstore_test

import (
	"context"
	"testing"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/api/streams/streamstest"
	"xiaozhibo.dev/libs/rpc/rpctest"
)

// Gateway and service are of two versions while they are upgraded.
func TestTheContractHoldsBetweenVersions(t *testing.T) {
	t.Parallel()
	streamstest.Run(t, func(t *testing.T, settings streamstest.Settings) (streams.Service, func(context.Context) error) {
		service := open(t, settings)
		remote := streams.Dial(rpctest.ServeNewer(t, streams.Methods(service)...))
		t.Cleanup(remote.Close)
		return remote, service.Sweep
	})
}
