package load

import (
	"math/bits"
	"time"
)

// steps is how finely a histogram tells times apart: 16 between a power of two and the next.
const steps = 16

// Histogram counts times, from a microsecond on, to a sixteenth.
type Histogram struct {
	counts [60 * steps]int64
	all    int64
	most   time.Duration
}

// Add counts a time; a negative one is zero.
func (h *Histogram) Add(d time.Duration) {
	h.counts[bucket(max(d, 0))]++
	h.all++
	h.most = max(h.most, d)
}

// Merge adds what another has counted.
func (h *Histogram) Merge(other *Histogram) {
	for i, n := range &other.counts {
		h.counts[i] += n
	}
	h.all += other.all
	h.most = max(h.most, other.most)
}

// Most is the longest time.
func (h *Histogram) Most() time.Duration { return h.most }

// Quantile is a time that a share of all does not exceed, rounded up by a sixteenth at most.
func (h *Histogram) Quantile(share float64) time.Duration {
	left := int64(share * float64(h.all))
	for i, n := range &h.counts {
		if left -= n; left < 0 {
			return min(upper(i), h.most)
		}
	}
	return h.most
}

func bucket(d time.Duration) int {
	us := uint64(d.Microseconds())
	if us < steps {
		return int(us)
	}
	power := bits.Len64(us) - 5 // us>>power is 16 to 31
	return power*steps + int(us>>power)
}

// upper is the end of a bucket.
func upper(i int) time.Duration {
	if i < 2*steps {
		return time.Duration(i+1) * time.Microsecond
	}
	power := i/steps - 1
	return time.Duration(i%steps+steps+1) << power * time.Microsecond
}
