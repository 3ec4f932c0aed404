package disasters

import (
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// BearsLoad keeps a system busy for so long: no Action may fail, and what was acknowledged has to be there at the
// end. Its rooms are ended.
func BearsLoad(t *testing.T, server client.Server, duration time.Duration) {
	began := time.Now()
	load := startLoad(t, server)
	select {
	case <-time.After(duration):
	case <-t.Context().Done():
	}
	t.Logf("%.0f Actions a second", float64(load.done.Load())/time.Since(began).Seconds())
	load.end(t)
	for _, who := range load.crowds {
		who.a.GoOffline()
	}
	if failures := load.failed(); len(failures) > 0 {
		t.Errorf("%d Actions failed:\n%s", len(failures), summary(failures))
	}
}
