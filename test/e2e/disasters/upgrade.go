package disasters

import (
	"testing"

	"xiaozhibo.dev/test/e2e/deployments"
)

// upgradeSteps is how many Actions are carried out between one copy and the next.
const upgradeSteps = 400

// Upgrades replaces every program of a busy system by that of a later version, a copy of each after the other, and goes
// back as it came. Halfway gateways and services of both versions call each other. No Action may fail, and nothing
// that either has acknowledged may be lost.
func Upgrades(t *testing.T, deployment deployments.Deployment, later deployments.Programs) {
	deployment.Split, deployment.Copies = true, 2
	// Whoever calls a copy that is to end is told, and finds another one, as the chart has it.
	system := deployment.Start(t, map[string]string{"XZB_SHUTDOWN_DELAY": "1s"}).(*deployments.System)
	load := startLoad(t, system)
	load.more(t, upgradeSteps)
	for _, step := range []struct {
		name string
		copy int
		to   deployments.Programs
	}{
		{"the first copies are of the later version", 0, later},
		{"all are", 1, later},
		{"the first copies are back", 0, deployment.Programs},
		{"all are back", 1, deployment.Programs},
	} {
		system.Turn(t, step.copy, step.to)
		load.more(t, upgradeSteps)
		if failures := load.failed(); len(failures) > 0 {
			t.Errorf("until %s %d Actions failed:\n%s", step.name, len(failures), summary(failures))
		}
	}
	load.end(t)
	for _, child := range system.Children() { // it need not take leave
		child.Kill(t)
		child.Bury()
	}
}
