package watched_test

import (
	"context"
	"encoding/json"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
)

// kind is how the app of a person tells that it watches.
type kind int

const (
	silent kind = iota // it is in the group, and calls nothing
	talks              // it is in the group, and calls EnterGroup and QuitGroup too
	calls              // it calls them, and is in no group
	kinds
)

// callTimeout is how long an app waits for an answer. A request arrives sooner or not at all.
const callTimeout = 10 * time.Second

// person is somebody who watches one room at a time, or none.
type person struct {
	name   string
	kind   kind
	busy   bool // waits for an answer
	at     string
	stakes map[string]*stake // by group
}

// stake is the truth of a person and a group.
type stake struct {
	in      bool // watches
	open    int  // words about it that are on their way
	unsure  bool // somebody lied, or nobody can know: until the next change
	outside bool // the app is in no group

	changed time.Time // when in became what it is
	heard   time.Time // when a client's word of that was carried out, zero while it is not
	clouded bool      // after it came something older that seems newer
}

// settled reports whether what is shown must be true: all was told, or an app's word is heard,
// which nothing older overrides.
func (s *stake) settled() bool {
	return !s.unsure && (s.open == 0 || !s.heard.IsZero() && !s.clouded)
}

// turns notes what is true from now on.
func (s *stake) turns(in bool) {
	s.in, s.changed, s.heard, s.clouded = in, time.Now(), time.Time{}, false
}

// meets notes that a callback arrives which tells of that moment, and was on its way for so
// long: its age leaves the way out, and the part of a second in which it was sent.
func (s *stake) meets(at time.Time, way time.Duration) {
	if !at.After(s.changed) && !at.Add(way+time.Second).Before(s.heard) {
		s.clouded = true
	}
}

func (p *person) stake(group string) *stake {
	if p.stakes[group] == nil {
		p.stakes[group] = &stake{outside: p.kind == calls}
	}
	return p.stakes[group]
}

// acts lets a person do something.
func (w *world) acts(p *person) {
	r := w.rooms[w.IntN(anchors)]
	if p.busy {
		return
	}
	for _, other := range w.rooms { // who watched an earlier session has seen it end
		if p.at != "" && p.at != other.group {
			continue
		}
		if p.at != "" {
			r = other
		}
	}
	switch action := w.IntN(10); {
	case p.at != "" && p.at != r.group:
		p.at = "" // the group is gone with its session
	case p.at == "":
		if action == 0 && p.kind == talks {
			w.lies(p, r, "EnterGroup")
			return
		}
		w.comes(p, r)
	case action < 5:
		w.goes(p, r)
	case action < 7:
		w.vanishes(p, r)
	case action == 7 && p.kind == talks:
		w.lies(p, r, "QuitGroup")
	case action == 8 && p.kind != calls:
		w.flaps(p, r)
	}
}

// changes notes the truth, which is known again. Of a room that is not in the list the
// gateway may miss what is told.
func (w *world) changes(p *person, r *watchedRoom, in bool) *stake {
	s := p.stake(r.group)
	s.turns(in)
	s.unsure = !r.online
	p.at = ""
	if in {
		p.at = r.group
	}
	return s
}

func (w *world) comes(p *person, r *watchedRoom) {
	s := w.changes(p, r, true)
	if p.kind != calls {
		w.im.moves(p, r.group, true, false)
	}
	if p.kind != silent {
		w.calls(p, s, r, "EnterGroup")
	}
}

func (w *world) goes(p *person, r *watchedRoom) {
	s := w.changes(p, r, false)
	if p.kind != silent {
		w.calls(p, s, r, "QuitGroup")
	}
	if p.kind != calls {
		w.im.moves(p, r.group, false, false)
	}
}

// vanishes lets an app die, or lose its network for a while. Where no IM service watches over
// it nobody can know.
func (w *world) vanishes(p *person, r *watchedRoom) {
	group := r.group
	s := w.changes(p, r, false)
	if p.kind == calls {
		s.unsure = true
		return
	}
	s.open++ // until it is missed
	p.busy = true
	w.agenda.add(30*time.Second+w.upTo(heartbeat-30*time.Second), func() {
		s.open--
		p.busy = false
		w.im.moves(p, group, false, true)
		if r.group == group && r.online && w.IntN(2) == 0 { // it is back at once
			w.changes(p, r, true)
			w.im.moves(p, group, true, true)
		}
	})
}

// flaps leaves and comes back, or comes and leaves, within a second.
func (w *world) flaps(p *person, r *watchedRoom) {
	w.changes(p, r, false)
	w.im.moves(p, r.group, false, false)
	<-time.After(time.Duration(w.IntN(3)) * time.Millisecond)
	w.changes(p, r, true)
	w.im.moves(p, r.group, true, false)
	if w.IntN(2) == 0 {
		<-time.After(time.Duration(1+w.IntN(400)) * time.Millisecond)
		w.changes(p, r, false)
		w.im.moves(p, r.group, false, false)
	}
}

// lies calls an Action against the truth, which stays what it is.
func (w *world) lies(p *person, r *watchedRoom, what string) {
	s := p.stake(r.group)
	s.unsure = true
	w.calls(p, s, r, what)
}

// calls calls EnterGroup or QuitGroup, and once more where nothing was heard. The app does
// nothing else before it has an answer.
func (w *world) calls(p *person, s *stake, r *watchedRoom, what string) {
	body, err := json.Marshal(map[string]any{
		"Action": what, "userid": p.name, "liveuserid": r.anchor, "groupid": r.group, "flag": 0, "nickname": "n" + p.name, "headpic": "",
	})
	w.must(err)
	s.open++
	p.busy = true
	ends := func(heard bool) {
		s.open--
		p.busy = false
		s.unsure = s.unsure || !heard && p.kind == calls
	}
	once := func(then func(heard bool)) {
		if w.may(0.1) && !w.calm {
			w.agenda.add(callTimeout, func() { then(false) })
			return
		}
		unheard := w.may(0.1) && !w.calm
		w.agenda.add(w.upTo(callTimeout), func() {
			answer := w.gateways[w.IntN(gateways)].actions.Serve(w.t.Context(), body)
			done := codeOf(answer.Body) == 0
			if done && s.in == (what == "EnterGroup") {
				s.heard, s.clouded = time.Now(), false
			}
			then(!unheard && done)
		})
	}
	once(func(heard bool) {
		if heard {
			ends(true)
			return
		}
		once(ends)
	})
}

func (w *world) may(chance float64) bool { return w.Float64() < chance }

func codeOf(body []byte) int {
	var reply struct{ ReturnValue int }
	if json.Unmarshal(body, &reply) != nil {
		return -1
	}
	return reply.ReturnValue
}

// reads asks an Action that only reads, and decodes its data.
func (w *world) reads(into any, request map[string]any) {
	body, err := json.Marshal(request)
	w.must(err)
	answer := w.gateways[0].actions.Serve(w.t.Context(), body)
	if codeOf(answer.Body) != 0 {
		w.t.Fatalf("%s is answered %s", body, answer.Body)
	}
	w.must(json.Unmarshal(answer.Body, &struct{ ReturnData any }{into}))
}

// Enter implements members.Service.
func (r *reached) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	return fails(r.world, entries, func(items []members.Entry) []combine.Written { return r.Service.Enter(ctx, items) })
}

// Quit implements members.Service.
func (r *reached) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	return fails(r.world, exits, func(items []members.Exit) []combine.Written { return r.Service.Quit(ctx, items) })
}

// Hear implements members.Service.
func (r *reached) Hear(ctx context.Context, presences []members.Presence) []combine.Result[members.Verdict] {
	return fails(r.world, presences, func(items []members.Presence) []combine.Result[members.Verdict] { return r.Service.Hear(ctx, items) })
}

// zeroes is the counter service, of which nothing is asked here.
func zeroes(_ context.Context, keys []counters.Key) ([]int64, error) {
	return make([]int64, len(keys)), nil
}
