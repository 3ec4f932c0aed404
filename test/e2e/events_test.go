package e2e_test

import (
	"testing"

	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
)

func TestAGatewayKilledUnderAThousandReadersLosesNoChange(t *testing.T) {
	_, redis := startRedis(t)
	disasters.LosesNoChange(t, deployments.Deployment{Programs: theBuilt(t), Split: true, Copies: 2, Store: redis})
}
