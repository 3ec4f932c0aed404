package watched_test

import (
	"context"
	"flag"
	"net/http"
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/presence"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
)

var (
	firstSeed = flag.Uint64("seed", 0, "the first seed")
	seeds     = flag.Uint64("seeds", 100, "how many seeds to run, from the first on")
)

func TestViewersAreThoseWhoWatch(t *testing.T) {
	t.Parallel()
	for seed := *firstSeed; seed < *firstSeed+*seeds; seed++ {
		if broken := run(t, seed, plant{}); broken != "" {
			t.Fatalf("seed %d: %s", seed, broken)
		}
	}
}

// A simulation that finds nothing is worth what it would find.
func TestPlantedFaultsAreFound(t *testing.T) {
	for name, p := range map[string]plant{
		"the time of an event is not looked at": {room: func(s members.Service) members.Service { return &timeless{Service: s} }},
		"events have their time in seconds":     {room: func(s members.Service) members.Service { return &coarse{s} }},
		"a viewer of two sources counts twice":  {room: func(s members.Service) members.Service { return &double{s} }},
		"a viewer who is heard of comes anew":   {room: func(s members.Service) members.Service { return &eager{s} }},
		"a lost heartbeat is no exit":           {serve: func(s serve) serve { return ignoring(s, `"HeartbeatInterrupt"`) }},
		"a heartbeat that is back is no entry":  {serve: func(s serve) serve { return ignoring(s, `"HeartbeatRecover"`) }},
		"a destroyed group keeps its viewers":   {serve: func(s serve) serve { return ignoring(s, `AfterGroupDestroyed`) }},
		"a callback that failed is accepted":    {serve: accepting},
		"a signature is not looked at":          {serve: believing},
		"who has quit is not remembered":        {room: func(s members.Service) members.Service { return &forgetful{s} }},
		"callbacks of exits are of joins":       {serve: confusing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(400) {
				if run(t, seed, p) != "" {
					return
				}
			}
			t.Error("no seed has found it")
		})
	}
}

// each changes what the room service is told.
func each(presences []members.Presence, change func(*members.Presence)) []members.Presence {
	changed := append([]members.Presence(nil), presences...)
	for i := range changed {
		change(&changed[i])
	}
	return changed
}

type timeless struct {
	members.Service
	heard int64
}

func (s *timeless) Hear(ctx context.Context, presences []members.Presence) []combine.Result[members.Verdict] {
	return s.Service.Hear(ctx, each(presences, func(p *members.Presence) {
		s.heard++
		p.At, p.Age = 1<<45+s.heard, 0
	}))
}

type coarse struct{ members.Service }

func (s *coarse) Hear(ctx context.Context, presences []members.Presence) []combine.Result[members.Verdict] {
	return s.Service.Hear(ctx, each(presences, func(p *members.Presence) { p.At -= p.At % 1000 }))
}

type double struct{ members.Service }

func (s *double) Hear(ctx context.Context, presences []members.Presence) []combine.Result[members.Verdict] {
	return s.Service.Hear(ctx, each(presences, func(p *members.Presence) { p.User = "im:" + p.User }))
}

// eager takes a join for an entry, as of its arrival.
type eager struct{ members.Service }

func (s *eager) Hear(ctx context.Context, presences []members.Presence) []combine.Result[members.Verdict] {
	for _, p := range presences {
		if p.In {
			s.Enter(ctx, []members.Entry{{Room: p.Room, User: p.User}})
		}
	}
	return s.Service.Hear(ctx, presences)
}

// forgetful lets members out, and a callback that comes late lets them in again.
type forgetful struct{ members.Service }

func (s *forgetful) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	exits = slices.Clone(exits)
	for i := range exits {
		exits[i].Remember = false
	}
	return s.Service.Quit(ctx, exits)
}

// ignoring accepts callbacks with that text, and does nothing.
func ignoring(s serve, text string) serve {
	return func(q presence.Query, body []byte) event.Answer {
		if strings.Contains(string(body), text) {
			return event.Answer{Status: http.StatusOK}
		}
		return s(q, body)
	}
}

func accepting(s serve) serve {
	return func(q presence.Query, body []byte) event.Answer {
		got := s(q, body)
		if got.Status == http.StatusInternalServerError {
			got.Status = http.StatusOK
		}
		return got
	}
}

// believing signs whatever comes.
func believing(s serve) serve {
	return func(q presence.Query, body []byte) event.Answer {
		q.Sign = sign(q.RequestTime)
		return s(q, body)
	}
}

func confusing(s serve) serve {
	return func(q presence.Query, body []byte) event.Answer {
		if q.Command == "Group.CallbackAfterMemberExit" {
			q.Command = "Group.CallbackAfterNewMemberJoin"
			body = []byte(strings.Replace(string(body), "ExitMemberList", "NewMemberList", 1))
		}
		return s(q, body)
	}
}
