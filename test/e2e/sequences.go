package e2e

import (
	"testing"
	"time"
)

// step is one event of a stream: what happened under which sequence, and when, from now.
type step struct {
	event    int
	sequence string
	at       time.Duration
}

func push(sequence string) step      { return step{event: eventPush, sequence: sequence} }
func interrupt(sequence string) step { return step{event: eventInterrupt, sequence: sequence} }

// after moves a step into the future: clocks of the platform and the server differ by more.
func (s step) after(d time.Duration) step {
	s.at = d
	return s
}

func sequenceCases(t *testing.T, server Server) {
	for _, example := range []struct {
		name   string
		steps  []step
		listed bool
	}{
		{"1(A) is online", []step{push("A")}, true},
		{"1(A) 1(A) is online", []step{push("A"), push("A")}, true},
		{"1(A) 0(A) is over", []step{push("A"), interrupt("A")}, false},
		{"1(A) 0(A) 0(A) is over", []step{push("A"), interrupt("A"), interrupt("A")}, false},
		{"1(A) 0(A) and a repeated 1(A) is over", []step{push("A"), interrupt("A"), push("A")}, false},
		{"0(A) and a late 1(A) is over", []step{interrupt("A"), push("A")}, false},
		{"1(A) 0(A) 1(B) is online", []step{push("A"), interrupt("A"), push("B")}, true},
		{"1(A) 0(A) 1(B) 0(B) is over", []step{push("A"), interrupt("A"), push("B"), interrupt("B")}, false},
		{"1(A) 1(B) 0(A) is online", []step{push("A"), push("B"), interrupt("A")}, true},
		{"1(A) 1(B) 0(A) 0(A) is online", []step{push("A"), push("B"), interrupt("A"), interrupt("A")}, true},
		{"1(A) 1(B) 0(A) 0(B) is over", []step{push("A"), push("B"), interrupt("A"), interrupt("B")}, false},
		{"1(A) 1(B) 0(A) 1(A) 0(B) is over", []step{push("A"), push("B"), interrupt("A"), push("A"), interrupt("B")}, false},
		{"1(A) 1(B) 0(B) and a repeated 1(B) is over", []step{push("A"), push("B"), interrupt("B"), push("B")}, false},
		{"1(A) 0(X) is online", []step{push("A"), interrupt("X")}, true},
		{"1(A) and a 0(A) older than it is online", []step{push("A").after(9 * time.Second), interrupt("A").after(5 * time.Second)}, true},
		{"1(A), later 1(B), and a 0(B) older than it is online", []step{
			push("A"), push("B").after(9 * time.Second), interrupt("B").after(5 * time.Second),
		}, true},
		{"1(A) 0(A) 1(A) of an earlier time is over", []step{
			push("A").after(2 * time.Second), interrupt("A").after(3 * time.Second), push("A"),
		}, false},
		{"1(A) older than the session lists nothing", []step{push("A").after(-time.Hour)}, false},
		{"1(A) older than the session and 1(B) in it is online", []step{push("A").after(-time.Hour), push("B")}, true},
		// The platform's clock may be a minute behind.
		{"1(A) 50 s older than the session is online", []step{push("A").after(-50 * time.Second)}, true},
		{"1(A) 0(A) 50 s older than the session is over", []step{push("A").after(-50 * time.Second), interrupt("A").after(-50 * time.Second)}, false},
		{"1(A) 1(B) 0(A) 50 s older than the session is online", []step{
			push("A").after(-50 * time.Second), push("B").after(-50 * time.Second), interrupt("A").after(-50 * time.Second),
		}, true},
		{"1(A) two minutes older than the session lists nothing", []step{push("A").after(-2 * time.Minute)}, false},
		// Its clock is no hour ahead: such an event is one of now.
		{"1(A) of tomorrow and 0(A) is over", []step{push("A").after(24 * time.Hour), interrupt("A").after(2 * time.Second)}, false},
		{"1(A) of tomorrow, 1(B) and 0(B) is over", []step{
			push("A").after(24 * time.Hour), push("B").after(2 * time.Second), interrupt("B").after(2 * time.Second),
		}, false},
	} {
		t.Run(example.name, func(t *testing.T) {
			c := newClient(t, server)
			a := c.hiddenAnchor()
			replay(c, a, example.steps)
			if example.listed {
				a.mustBeListed("at the end")
			} else {
				a.mustBeHidden("at the end")
			}
		})
	}
	t.Run("an interrupt later than ChangeStatus 0 ends it", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		replay(c, a, []step{interrupt("A").after(2 * time.Second)})
		a.mustBeHidden("after a later interrupt")
	})
	t.Run("an interrupt earlier than ChangeStatus 0 does not", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		replay(c, a, []step{interrupt("A").after(-time.Minute)})
		a.mustBeListed("after an earlier interrupt")
	})
	t.Run("ChangeStatus 0 before, between and after push events ends with the push", func(t *testing.T) {
		c := newClient(t, server)
		a := c.onlineAnchor()
		replay(c, a, []step{push("A")})
		a.goOnline()
		replay(c, a, []step{push("B")})
		a.goOnline()
		replay(c, a, []step{interrupt("A")})
		a.mustBeListed("after the interrupt of the first push")
		replay(c, a, []step{interrupt("B")})
		a.mustBeHidden("after the interrupt of the last push")
	})
	t.Run("ChangeStatus 1 ends what a push began", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		replay(c, a, []step{push("A")})
		a.goOffline()
		a.mustBeHidden("after ChangeStatus 1")
		replay(c, a, []step{interrupt("A")})
		a.mustBeHidden("after the interrupt too")
		a.goOnline()
		a.mustBeListed("after ChangeStatus 0")
	})
	t.Run("a reconnect keeps likes, members, timestamp and session", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		replay(c, a, []step{push("A")})
		a.enter("viewer")
		a.like(2)
		before := a.info().lasting()
		nextSecond()
		replay(c, a, []step{interrupt("A"), push("B")})
		a.mustBeListed("after a reconnect")
		if got := a.info().lasting(); got != before {
			t.Errorf("after a reconnect: %+v, want %+v", got, before)
		}
	})
	t.Run("after an end by event the same groupid begins anew", func(t *testing.T) {
		c := newClient(t, server)
		a := c.hiddenAnchor()
		replay(c, a, []step{push("A"), interrupt("A")})
		beginsAnew(t, a, false)
	})
	t.Run("late events of the last session leave the next alone", func(t *testing.T) {
		c := newClient(t, server)
		p := newPlatform(c)
		a := c.hiddenAnchor()
		began, first := time.Now(), a.stream
		p.push(first, "A", began)
		p.push(first, "B", began)
		nextSecond()
		nextSecond()
		a.requestGroup(newID("group"))
		for _, stream := range []string{first, a.stream} {
			p.push(stream, "A", began)
			p.push(stream, "B", began)
			p.push(stream, "late", began.Add(-2*time.Minute)) // never seen, but no clock is so far behind
		}
		a.mustBeHidden("after late pushes of the last session")
		p.push(a.stream, "C", time.Now())
		a.mustBeListed("after its own push")
		for _, stream := range []string{first, a.stream} {
			p.interrupt(stream, "A", time.Now())
			p.interrupt(stream, "B", time.Now())
		}
		a.mustBeListed("after the interrupts of the last session's pushes")
	})
}

// replay sends a stream's events, whose times count from now.
func replay(c *client, a *anchor, steps []step) {
	c.t.Helper()
	p := newPlatform(c)
	for _, s := range steps {
		p.send(streamEvent(s.event, a.stream, s.sequence, time.Now().Add(s.at)))
	}
}
