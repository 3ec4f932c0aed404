package simulation

import (
	"math/rand/v2"
	"slices"
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
	StoreFull                  // a store refuses every write for a while: its disk is full, or it is read-only
	ItemFails                  // a store fails for one item of a call: its record is damaged, or its node is down
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
	"stores that fail after it", "slow stores", "reads that fail", "full stores", "items that fail", "crashes before a commit", "crashes after a commit", "crashes",
	"gateway crashes", "lost requests", "lost answers", "late answers",
}

// String names a fault in the plural.
func (f Fault) String() string { return faultNames[f] }

// greatest is how often each kind strikes at most.
var greatest = [faults]float64{
	LoseCall: 0.04, LoseReply: 0.04, Refuse: 0.04, Repeat: 0.06, Delay: 0.1, StoreBefore: 0.05, StoreAfter: 0.05, StoreSlow: 0.08,
	StoreRead: 0.03, StoreFull: 0.03, ItemFails: 0.04, CrashBefore: 0.02, CrashAfter: 0.02, Crash: 0.02, GatewayCrash: 0.02,
	ClientLose: 0.05, ClientUnheard: 0.05, ClientDelay: 0.1,
}

// weather decides which faults strike. Every seed has its own mixture, and some
// have none: what goes wrong without a fault is the easiest to understand.
type weather struct {
	random *rand.Rand
	rates  [faults]float64
	hops   int // milliseconds that a message takes at most if it is not late
	commit int // milliseconds that a commit takes at most if it is not slow
	calm   bool
	struck func(Fault)
}

// narrow are faults of a part, in which the rest must go on. Only where nothing else
// goes wrong can it be told whether it does.
var narrow = []Fault{StoreFull, ItemFails}

func newWeather(random *rand.Rand, without []Fault, struck func(Fault)) *weather {
	w := &weather{random: random, struck: struck, hops: 4}
	fair, narrowly := random.IntN(8) == 0, random.IntN(5) == 0
	for f := range w.rates {
		rate := random.Float64() * greatest[f]
		part := slices.Contains(narrow, Fault(f))
		if random.IntN(2) == 0 && !fair && !narrowly || narrowly && part {
			w.rates[f] = rate
		}
	}
	if narrowly { // many items share their calls, and fail often
		w.hops, w.commit = 150, 400
		w.rates[ItemFails] = 0.2
	}
	for _, f := range without {
		w.rates[f] = 0
	}
	return w
}

func (w *weather) strikes(f Fault) bool {
	strikes := w.rates[f] > 0 && !w.calm && w.random.Float64() < w.rates[f]
	if strikes {
		w.struck(f)
	}
	return strikes
}

// hop is how long a message is on its way.
func (w *weather) hop(late Fault) time.Duration {
	if w.strikes(late) {
		return time.Duration(w.random.IntN(7000)) * time.Millisecond
	}
	return time.Duration(1+w.random.IntN(w.hops)) * time.Millisecond
}
