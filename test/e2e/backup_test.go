package e2e_test

import (
	"testing"

	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
)

func TestASystemMovesFromStoreToStoreByBackupAndRestore(t *testing.T) {
	t.Parallel()
	_, redis := startRedis(t)
	disasters.Moves(t, deployments.Deployment{Programs: theBuilt(t), Store: deployments.Bbolt}, redis, redis, deployments.Bbolt, deployments.Bbolt) //nolint:gocritic // from a store into another of its kind, too
}

func TestABackupUnderLoadHasAllThatWasAcknowledgedBefore(t *testing.T) {
	_, redis := startRedis(t)
	for name, stores := range map[string][2]deployments.Store{
		"bbolt to Redis": {deployments.Bbolt, redis}, "Redis to bbolt": {redis, deployments.Bbolt},
	} {
		t.Run(name, func(t *testing.T) {
			disasters.BacksUpUnderLoad(t, deployments.Deployment{Programs: theBuilt(t), Store: stores[0]}, stores[1])
		})
	}
}

func TestABackupOrRestoreThatIsKilledLeavesNothingHalf(t *testing.T) {
	_, redis := startRedis(t)
	for name, stores := range map[string][2]deployments.Store{
		"bbolt to bbolt": {deployments.Bbolt, deployments.Bbolt}, "Redis to Redis": {redis, redis},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			disasters.BearsBeingKilled(t, deployments.Deployment{Programs: theBuilt(t), Store: stores[0]}, stores[1])
		})
	}
}

func TestADamagedArchiveIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	disasters.RefusesDamage(t, deployments.Deployment{Programs: theBuilt(t), Store: deployments.Bbolt})
}
