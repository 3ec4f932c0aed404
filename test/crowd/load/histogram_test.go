package load_test

import (
	"testing"
	"time"

	"xiaozhibo.dev/test/crowd/load"
)

func TestAQuantileIsOverByASixteenthAtMost(t *testing.T) {
	for _, unit := range []time.Duration{time.Microsecond, 17 * time.Microsecond, time.Millisecond, time.Second} {
		var h load.Histogram
		for i := range 1000 {
			h.Add(time.Duration(i+1) * unit)
		}
		for _, share := range []float64{0.01, 0.5, 0.9, 0.99} {
			exact := time.Duration(share*1000+1) * unit
			if got := h.Quantile(share); got < exact || got > exact+exact/16+time.Microsecond {
				t.Errorf("of 1 to 1000 times %v the quantile %g is %v, want %v", unit, share, got, exact)
			}
		}
		if h.Most() != 1000*unit || h.Quantile(1) != 1000*unit {
			t.Errorf("at most %v, %v", h.Most(), h.Quantile(1))
		}
	}
}

func TestTwoHistogramsAreOne(t *testing.T) {
	var a, b load.Histogram
	if a.Quantile(0.5) != 0 {
		t.Error("a quantile of nothing")
	}
	a.Add(time.Millisecond)
	b.Add(time.Second)
	b.Add(-time.Second)
	a.Merge(&b)
	if a.Quantile(0) > time.Microsecond || a.Quantile(0.99) != time.Second {
		t.Errorf("from %v to %v", a.Quantile(0), a.Quantile(0.99))
	}
}
