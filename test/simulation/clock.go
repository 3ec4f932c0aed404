package simulation

import (
	"math/rand/v2"
	"time"
)

// clocks are how far everybody's clock is ahead of virtual time.
type clocks struct {
	processes map[string]time.Duration // by service
	platform  time.Duration
	jump      time.Duration // of all processes together, while it lasts
}

// The clocks of processes differ by little, that of the live platform by what the
// contract allows.
const (
	processSkew  = 5 * time.Second
	platformSkew = time.Minute
)

func (w *world) newClocks(random *rand.Rand) *clocks {
	skew := func(most time.Duration) time.Duration {
		return time.Duration(random.Int64N(2*most.Milliseconds()+1))*time.Millisecond - most
	}
	c := &clocks{processes: map[string]time.Duration{}}
	if random.IntN(3) == 0 {
		return c // all are right
	}
	for _, service := range w.starts() {
		if !w.standalone {
			c.processes[service.name] = skew(processSkew)
		}
	}
	if w.options.Redis != "" { // its own clock is that of all stores
		for _, service := range w.starts() {
			c.processes[service.name] = c.processes["stream"]
		}
	}
	c.platform = c.processes["stream"] + skew(platformSkew)
	return c
}

// clock is that of the processes of a service.
func (w *world) clock(service string) func() time.Time {
	ahead := w.clocks.processes[service]
	return func() time.Time { return time.Now().Add(ahead + w.clocks.jump) }
}

// platformNow is the time by the live platform's clock.
func (w *world) platformNow() time.Time { return time.Now().Add(w.clocks.platform) }
