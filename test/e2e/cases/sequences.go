package cases

import (
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// Step is one event of a stream: what happened under which sequence, and when, from now.
type Step struct {
	event    int
	sequence string
	at       time.Duration
}

func Push(sequence string) Step      { return Step{event: client.EventPush, sequence: sequence} }
func Interrupt(sequence string) Step { return Step{event: client.EventInterrupt, sequence: sequence} }

// after moves a step into the future: clocks of the platform and the server differ by more.
func (s Step) after(d time.Duration) Step {
	s.at = d
	return s
}

func Sequences(t *testing.T, server client.Server) {
	for _, example := range []struct {
		name   string
		steps  []Step
		listed bool
	}{
		{"1(A) is online", []Step{Push("A")}, true},
		{"1(A) 1(A) is online", []Step{Push("A"), Push("A")}, true},
		{"1(A) 0(A) is over", []Step{Push("A"), Interrupt("A")}, false},
		{"1(A) 0(A) 0(A) is over", []Step{Push("A"), Interrupt("A"), Interrupt("A")}, false},
		{"1(A) 0(A) and a repeated 1(A) is over", []Step{Push("A"), Interrupt("A"), Push("A")}, false},
		{"0(A) and a late 1(A) is over", []Step{Interrupt("A"), Push("A")}, false},
		{"1(A) 0(A) 1(B) is online", []Step{Push("A"), Interrupt("A"), Push("B")}, true},
		{"1(A) 0(A) 1(B) 0(B) is over", []Step{Push("A"), Interrupt("A"), Push("B"), Interrupt("B")}, false},
		{"1(A) 1(B) 0(A) is online", []Step{Push("A"), Push("B"), Interrupt("A")}, true},
		{"1(A) 1(B) 0(A) 0(A) is online", []Step{Push("A"), Push("B"), Interrupt("A"), Interrupt("A")}, true},
		{"1(A) 1(B) 0(A) 0(B) is over", []Step{Push("A"), Push("B"), Interrupt("A"), Interrupt("B")}, false},
		{"1(A) 1(B) 0(A) 1(A) 0(B) is over", []Step{Push("A"), Push("B"), Interrupt("A"), Push("A"), Interrupt("B")}, false},
		{"1(A) 1(B) 0(B) and a repeated 1(B) is over", []Step{Push("A"), Push("B"), Interrupt("B"), Push("B")}, false},
		{"1(A) 0(X) is online", []Step{Push("A"), Interrupt("X")}, true},
		{"1(A) and a 0(A) older than it is online", []Step{Push("A").after(9 * time.Second), Interrupt("A").after(5 * time.Second)}, true},
		{"1(A), later 1(B), and a 0(B) older than it is online", []Step{
			Push("A"), Push("B").after(9 * time.Second), Interrupt("B").after(5 * time.Second),
		}, true},
		{"1(A) 0(A) 1(A) of an earlier time is over", []Step{
			Push("A").after(2 * time.Second), Interrupt("A").after(3 * time.Second), Push("A"),
		}, false},
		{"1(A) older than the session lists nothing", []Step{Push("A").after(-time.Hour)}, false},
		{"1(A) older than the session and 1(B) in it is online", []Step{Push("A").after(-time.Hour), Push("B")}, true},
		// The platform's clock may be a minute behind.
		{"1(A) 50 s older than the session is online", []Step{Push("A").after(-50 * time.Second)}, true},
		{"1(A) 0(A) 50 s older than the session is over", []Step{Push("A").after(-50 * time.Second), Interrupt("A").after(-50 * time.Second)}, false},
		{"1(A) 1(B) 0(A) 50 s older than the session is online", []Step{
			Push("A").after(-50 * time.Second), Push("B").after(-50 * time.Second), Interrupt("A").after(-50 * time.Second),
		}, true},
		{"1(A) two minutes older than the session lists nothing", []Step{Push("A").after(-2 * time.Minute)}, false},
		// Its clock is no hour ahead: such an event is one of now.
		{"1(A) of tomorrow and 0(A) is over", []Step{Push("A").after(24 * time.Hour), Interrupt("A").after(2 * time.Second)}, false},
		{"1(A) of tomorrow, 1(B) and 0(B) is over", []Step{
			Push("A").after(24 * time.Hour), Push("B").after(2 * time.Second), Interrupt("B").after(2 * time.Second),
		}, false},
	} {
		t.Run(example.name, func(t *testing.T) {
			c := client.New(t, server)
			a := c.HiddenAnchor()
			Replay(c, a, example.steps)
			if example.listed {
				a.MustBeListed("at the end")
			} else {
				a.MustBeHidden("at the end")
			}
		})
	}
	t.Run("an interrupt later than ChangeStatus 0 ends it", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		Replay(c, a, []Step{Interrupt("A").after(2 * time.Second)})
		a.MustBeHidden("after a later interrupt")
	})
	t.Run("an interrupt earlier than ChangeStatus 0 does not", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		Replay(c, a, []Step{Interrupt("A").after(-time.Minute)})
		a.MustBeListed("after an earlier interrupt")
	})
	t.Run("ChangeStatus 0 before, between and after push events ends with the push", func(t *testing.T) {
		c := client.New(t, server)
		a := c.OnlineAnchor()
		Replay(c, a, []Step{Push("A")})
		a.GoOnline()
		Replay(c, a, []Step{Push("B")})
		a.GoOnline()
		Replay(c, a, []Step{Interrupt("A")})
		a.MustBeListed("after the interrupt of the first push")
		Replay(c, a, []Step{Interrupt("B")})
		a.MustBeHidden("after the interrupt of the last push")
	})
	t.Run("ChangeStatus 1 ends what a push began", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		Replay(c, a, []Step{Push("A")})
		a.GoOffline()
		a.MustBeHidden("after ChangeStatus 1")
		Replay(c, a, []Step{Interrupt("A")})
		a.MustBeHidden("after the interrupt too")
		a.GoOnline()
		a.MustBeListed("after ChangeStatus 0")
	})
	t.Run("a reconnect keeps likes, members, timestamp and session", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		Replay(c, a, []Step{Push("A")})
		a.Enter("viewer")
		a.Like(2)
		before := a.Info().Lasting()
		client.NextSecond()
		Replay(c, a, []Step{Interrupt("A"), Push("B")})
		a.MustBeListed("after a reconnect")
		if got := a.Info().Lasting(); got != before {
			t.Errorf("after a reconnect: %+v, want %+v", got, before)
		}
	})
	t.Run("after an end by event the same groupid begins anew", func(t *testing.T) {
		c := client.New(t, server)
		a := c.HiddenAnchor()
		Replay(c, a, []Step{Push("A"), Interrupt("A")})
		beginsAnew(t, a, false)
	})
	t.Run("late events of the last session leave the next alone", func(t *testing.T) {
		c := client.New(t, server)
		p := client.NewPlatform(c)
		a := c.HiddenAnchor()
		began, first := time.Now(), a.Stream
		p.Push(first, "A", began)
		p.Push(first, "B", began)
		client.NextSecond()
		client.NextSecond()
		a.RequestGroup(client.NewID("group"))
		for _, stream := range []string{first, a.Stream} {
			p.Push(stream, "A", began)
			p.Push(stream, "B", began)
			p.Push(stream, "late", began.Add(-2*time.Minute)) // never seen, but no clock is so far behind
		}
		a.MustBeHidden("after late pushes of the last session")
		p.Push(a.Stream, "C", time.Now())
		a.MustBeListed("after its own push")
		for _, stream := range []string{first, a.Stream} {
			p.Interrupt(stream, "A", time.Now())
			p.Interrupt(stream, "B", time.Now())
		}
		a.MustBeListed("after the interrupts of the last session's pushes")
	})
}

// Replay sends a stream's events, whose times count from now.
func Replay(c *client.Client, a *client.Anchor, steps []Step) {
	c.T.Helper()
	p := client.NewPlatform(c)
	for _, s := range steps {
		p.Send(client.StreamEvent(s.event, a.Stream, s.sequence, time.Now().Add(s.at)))
	}
}
