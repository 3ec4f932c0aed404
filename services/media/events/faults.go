package events

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	lateFor   = 10 * time.Second // at most
	twiceFor  = 3 * time.Second  // between the two, at most
	apartFor  = 5 * time.Second  // an event is held for the one behind it, at most
	faultForm = "twice=0.2,late=0.2,disorder=0.2,lost=0.1"
)

// Faults are what a platform does to its events now and then. Which event it happens to
// depends on the seed and on the order of the events alone.
type Faults struct {
	twice, late, disorder, lost float64

	mu     sync.Mutex
	random *rand.Rand
}

// ParseFaults reads probabilities such as "twice=0.2,late=0.2,disorder=0.2,lost=0.1". Nil
// is none of them.
func ParseFaults(text string, seed uint64) (*Faults, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // none is no error
	}
	f := &Faults{random: rand.New(rand.NewPCG(seed, seed))}
	for part := range strings.SplitSeq(text, ",") {
		name, number, _ := strings.Cut(part, "=")
		chance, err := strconv.ParseFloat(number, 64)
		if err != nil || !(0 <= chance && chance <= 1) {
			return nil, fmt.Errorf("%q is not of the form %s, with numbers from 0 to 1", text, faultForm)
		}
		switch name {
		case "twice":
			f.twice = chance
		case "late":
			f.late = chance
		case "disorder":
			f.disorder = chance
		case "lost":
			f.lost = chance
		default:
			return nil, errors.New("the faults are twice, late, disorder and lost")
		}
	}
	return f, nil
}

// onTime is an event that is sent once, in order.
var onTime = fate{}

// fate is what happens to one event.
type fate struct {
	lost     bool
	late     time.Duration // 0: in time
	disorder bool          // behind the one that follows it
	again    time.Duration // 0: once
}

// next draws the fate of the next event. Without faults every event is on time.
func (f *Faults) next() fate {
	if f == nil {
		return fate{}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	is := func(chance float64) bool { return f.random.Float64() < chance }
	within := func(most time.Duration) time.Duration { return time.Duration(1 + f.random.Int64N(int64(most))) }
	one := fate{lost: is(f.lost), disorder: is(f.disorder)}
	if is(f.late) {
		one.late = within(lateFor)
	}
	if is(f.twice) {
		one.again = within(twiceFor)
	}
	return one
}

// misbehave delivers an event with its faults. A late event holds up no other: it goes on in a goroutine of its
// own. An event out of order waits in its lane's goroutine, as its place is behind the one that follows.
func (s *Sender) misbehave(kept Kept) {
	fate := s.options.Faults.next()
	if fate == onTime {
		s.deliver(kept)
		return
	}
	s.options.Log.Info("an event has faults on purpose", "event", kept.Event.Name(), "stream", kept.Event.StreamID,
		"lost", fate.lost, "late", fate.late.String(), "out_of_order", fate.disorder, "twice", fate.again > 0)
	if fate.lost {
		s.forget(kept)
		return
	}
	follower, found := Kept{}, false
	if fate.disorder {
		follower, found = s.follower(kept.Event.StreamID)
	}
	switch {
	case found:
		s.misbehave(follower)
		s.deliverLate(kept, fate)
	case fate.late > 0 || fate.again > 0:
		s.each.Go(func() { s.deliverLate(kept, fate) })
	default:
		s.deliverLate(kept, fate)
	}
}

// deliverLate waits for as long as the event is late, and sends it once more if it is to come twice. The
// second is not repeated until it is answered: the event was delivered already.
func (s *Sender) deliverLate(kept Kept, fate fate) {
	if !s.pause(fate.late) {
		return
	}
	s.deliver(kept)
	if fate.again > 0 && s.pause(fate.again) {
		_ = s.send(kept.Event)
	}
}

// follower waits for the event behind one and takes it out, so that it is delivered first. If
// none comes soon, there is no disorder.
func (s *Sender) follower(stream string) (kept Kept, found bool) {
	for waited := time.Duration(0); waited < apartFor; waited += apartFor / 50 {
		s.mu.Lock()
		if lane := s.lanes[stream]; len(lane) > 0 {
			kept, s.lanes[stream] = lane[0], lane[1:]
			s.mu.Unlock()
			return kept, true
		}
		s.mu.Unlock()
		if !s.pause(apartFor / 50) {
			return kept, false
		}
	}
	return kept, false
}
