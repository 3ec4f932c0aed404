package audience

import (
	"math"
	"time"
)

// random is a source of 8 bytes (splitmix64), so that each of a million can have
// one and decide the same, whatever the others do.
type random uint64

func newRandom(seed uint64, kind, id int) random {
	r := random(seed*0x9e3779b97f4a7c15 + uint64(kind)<<48 + uint64(id))
	r.next()
	return r
}

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// share is a number from 0 up to 1.
func (r *random) share() float64 { return float64(r.next()>>11) / (1 << 53) }

// is is true in that share of the cases.
func (r *random) is(share float64) bool { return r.share() < share }

// around is a time from half the mean to one and a half of it.
func (r *random) around(mean time.Duration) time.Duration {
	return time.Duration((0.5 + r.share()) * float64(mean))
}

// span is a time as it passes between things that happen by chance.
func (r *random) span(mean time.Duration) time.Duration {
	return time.Duration(-math.Log(1-r.share()) * float64(mean))
}
