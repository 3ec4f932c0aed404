package e2e

import (
	"testing"
	"time"
)

// BearsLoad keeps a system busy for so long: no Action may fail, and what was acknowledged has to be there at the
// end. Its rooms are ended.
func BearsLoad(t *testing.T, server Server, duration time.Duration) {
	began := time.Now()
	load := startLoad(t, server)
	select {
	case <-time.After(duration):
	case <-t.Context().Done():
	}
	t.Logf("%.0f Actions a second", float64(load.done.Load())/time.Since(began).Seconds())
	load.end(t)
	for _, who := range load.crowds {
		who.a.goOffline()
	}
	if failures := load.failed(); len(failures) > 0 {
		t.Errorf("%d Actions failed:\n%s", len(failures), summary(failures))
	}
}
