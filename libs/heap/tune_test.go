package heap_test

import (
	"crypto/sha256"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/heap"
)

var kept [][]byte

// A program of its own, because GOGC is one for all tests of a process.
func TestABusyProgramCollectsLessOften(t *testing.T) {
	if os.Getenv("HEAP_TEST_BUSY") != "" {
		heap.Tune()
		kept = make([][]byte, 64)
		for i := range 1 << 14 { // 256 MiB, of which 1 MiB is live
			kept[i%64] = make([]byte, 1<<14)
			sha256.Sum256(kept[i%64]) // what lives on is not only what was made meanwhile
		}
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		if now.NumGC > 30 {
			t.Errorf("collected %d times", now.NumGC)
		}
		return
	}
	again := func(environment ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestABusyProgramCollectsLessOften$")
		cmd.Env = append(os.Environ(), append([]string{"HEAP_TEST_BUSY=1"}, environment...)...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := again("GOGC="); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := again("GOGC=100"); err == nil || !strings.Contains(out, "collected") {
		t.Errorf("GOGC is set, and there is room all the same: %v\n%s", err, out)
	}
}
