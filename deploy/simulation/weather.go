package simulation

import (
	"math/rand/v2"
	"time"
)

// Fault is a kind of thing that goes wrong.
type Fault int

// The kinds. What clients do is no fault; see the actors.
const (
	LoseCall      Fault = iota // a call between gateway and service never arrives
	LoseReply                  // it is carried out, but nobody learns of it
	Refuse                     // it is answered at once by nobody
	Repeat                     // it arrives twice
	Delay                      // it takes seconds
	StoreBefore                // a store fails before its commit
	StoreAfter                 // a store fails after its commit
	StoreSlow                  // a store takes seconds
	StoreRead                  // a store fails to read
	CrashBefore                // a service crashes before its commit
	CrashAfter                 // a service crashes after its commit
	Crash                      // a service crashes at any time
	GatewayCrash               // a gateway crashes at any time
	ClientLose                 // a request of a client never arrives
	ClientUnheard              // its answer never does
	ClientDelay                // they take seconds
	faults
)

var faultNames = [faults]string{
	"lost calls", "lost replies", "refused calls", "repeated calls", "late calls", "stores that fail before the commit",
	"stores that fail after it", "slow stores", "reads that fail", "crashes before a commit", "crashes after a commit", "crashes",
	"gateway crashes", "lost requests", "lost answers", "late answers",
}

// String names a fault in the plural.
func (f Fault) String() string { return faultNames[f] }

// greatest is how often each kind strikes at most.
var greatest = [faults]float64{
	LoseCall: 0.04, LoseReply: 0.04, Refuse: 0.04, Repeat: 0.06, Delay: 0.1, StoreBefore: 0.05, StoreAfter: 0.05, StoreSlow: 0.08,
	StoreRead: 0.03, CrashBefore: 0.02, CrashAfter: 0.02, Crash: 0.02, GatewayCrash: 0.02,
	ClientLose: 0.05, ClientUnheard: 0.05, ClientDelay: 0.1,
}

// weather decides which faults strike. Every seed has its own mixture, and some
// have none: what goes wrong without a fault is the easiest to understand.
type weather struct {
	random *rand.Rand
	rates  [faults]float64
	calm   bool
}

func newWeather(random *rand.Rand, without []Fault) *weather {
	w := &weather{random: random}
	fair := random.IntN(8) == 0
	for f := range w.rates {
		rate := random.Float64() * greatest[f]
		if random.IntN(2) == 0 && !fair {
			w.rates[f] = rate
		}
	}
	for _, f := range without {
		w.rates[f] = 0
	}
	return w
}

func (w *weather) strikes(f Fault) bool {
	return w.rates[f] > 0 && !w.calm && w.random.Float64() < w.rates[f]
}

// hop is how long a message is on its way.
func (w *weather) hop(late Fault) time.Duration {
	if w.strikes(late) {
		return time.Duration(w.random.IntN(7000)) * time.Millisecond
	}
	return time.Duration(1+w.random.IntN(4)) * time.Millisecond
}
