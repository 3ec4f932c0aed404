package e2e_test

import (
	"testing"

	"xiaozhibo.dev/test/e2e"
)

func TestASystemMovesFromStoreToStoreByBackupAndRestore(t *testing.T) {
	t.Parallel()
	_, redis := startRedis(t)
	e2e.Moves(t, e2e.Deployment{Programs: theBuilt(t), Store: e2e.Bbolt}, redis, redis, e2e.Bbolt, e2e.Bbolt)
}

func TestABackupUnderLoadHasAllThatWasAcknowledgedBefore(t *testing.T) {
	_, redis := startRedis(t)
	for name, stores := range map[string][2]e2e.Store{
		"bbolt to Redis": {e2e.Bbolt, redis}, "Redis to bbolt": {redis, e2e.Bbolt},
	} {
		t.Run(name, func(t *testing.T) {
			e2e.BacksUpUnderLoad(t, e2e.Deployment{Programs: theBuilt(t), Store: stores[0]}, stores[1])
		})
	}
}

func TestABackupOrRestoreThatIsKilledLeavesNothingHalf(t *testing.T) {
	_, redis := startRedis(t)
	for name, stores := range map[string][2]e2e.Store{
		"bbolt to bbolt": {e2e.Bbolt, e2e.Bbolt}, "Redis to Redis": {redis, redis},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e2e.BearsBeingKilled(t, e2e.Deployment{Programs: theBuilt(t), Store: stores[0]}, stores[1])
		})
	}
}

func TestADamagedArchiveIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	e2e.RefusesDamage(t, e2e.Deployment{Programs: theBuilt(t), Store: e2e.Bbolt})
}
