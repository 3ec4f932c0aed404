package memberstest

import (
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
)

// hears tells of users as of so long ago, by a clock that is half a minute behind ours, and
// wants the verdict.
func (s suite) hears(want members.Verdict, in bool, ago time.Duration, users ...string) {
	s.t.Helper()
	s.hearsLater(want, in, ago, 0, users...)
}

// hearsLater is hears of what was on its way for a while that its age leaves out.
func (s suite) hearsLater(want members.Verdict, in bool, ago, way time.Duration, users ...string) {
	s.t.Helper()
	for _, user := range users {
		p := members.Presence{
			Room: key("a", 1), User: user, In: in,
			At: s.clock.Now().Add(-30*time.Second - ago - way).UnixMilli(), Age: ago.Milliseconds(),
		}
		if got, err := combine.One(s.Hear(s.t.Context(), []members.Presence{p})); err != nil || got != want {
			s.t.Fatalf("Hear(%+v) gave %q, %v, want %q", p, got, err, want)
		}
	}
}

// forgets quits and wants that to be remembered.
func (s suite) forgets(user string) {
	s.t.Helper()
	if _, err := combine.All(s.Quit(s.t.Context(), []members.Exit{{Room: key("a", 1), User: user, Remember: true}})); err != nil {
		s.t.Fatalf("Quit: %v", err)
	}
}

func (s suite) wantCame(session int64, peak int, joined int64) {
	s.t.Helper()
	got, err := combine.One(s.Audiences(s.t.Context(), []members.Key{key("a", session)}))
	if want := (members.Audience{Peak: peak, Joined: joined}); err != nil || got != want {
		s.t.Fatalf("the audience of session %d is %+v, %v, want %+v", session, got, err, want)
	}
}

func (s suite) presenceAlone() {
	s.hears(members.Applied, true, 0, "u", "v")
	s.hears(members.Repeated, true, 0, "u")
	s.wantMembers(key("a", 1), "u", "v")
	s.clock.Move(time.Minute)
	s.hears(members.Applied, false, 0, "u")
	s.hears(members.Late, true, 20*time.Second, "u") // it came in before it left, and that is told late
	s.wantMembers(key("a", 1), "v")
	s.hears(members.Applied, false, 0, "w")
	s.hears(members.Late, true, 2*time.Second, "w") // out of order from the beginning
	s.wantMembers(key("a", 1), "v")
	s.hears(members.Late, true, members.LatePresence+time.Second, "x")
	s.wantCame(1, 2, 2)
}

func (s suite) presenceBeside() {
	s.enter(members.Entry{Room: key("a", 1), User: "u", Nickname: "n"})
	s.hears(members.Late, false, time.Second, "u") // it had left before it entered
	s.hears(members.Applied, true, 0, "u")
	s.clock.Move(time.Minute)
	s.forgets("u")
	s.clock.Move(time.Minute)
	s.hears(members.Late, true, 90*time.Second, "u") // a late join brings nobody back
	s.wantMembers(key("a", 1))
	s.hears(members.Applied, true, 30*time.Second, "u") // it came back without its client's word
	s.wantMembers(key("a", 1), "u")
	if got := s.page(key("a", 1), 0, 1).Members[0]; got.Nickname != "n" {
		s.t.Fatalf("whoever comes back is %+v, want the nickname of before", got)
	}
	s.enters(key("a", 1), "u")
	s.hears(members.Late, false, time.Second, "u")
	s.clock.Move(time.Second)
	s.hears(members.Applied, false, 0, "u")
	s.quits(key("a", 1), "u")
	s.wantMembers(key("a", 1))
	s.wantCame(1, 1, 2)
}

// presenceNoted is of presences that are older than a client's word, and of older ones after them
// that seem newer than it: they are not.
func (s suite) presenceNoted() {
	s.enters(key("a", 1), "u", "v")
	s.hears(members.Late, true, 2*time.Second, "u")
	s.hearsLater(members.Late, false, 0, 10*time.Second, "u")
	s.hears(members.Repeated, true, 2*time.Second, "u")
	s.wantMembers(key("a", 1), "u", "v")
	s.hears(members.Applied, false, 0, "u") // what is newer than the client's word counts
	s.wantMembers(key("a", 1), "v")

	s.forgets("v")
	s.hears(members.Late, false, 2*time.Second, "v")
	s.hearsLater(members.Late, true, 0, 10*time.Second, "v")
	s.wantMembers(key("a", 1))
	s.hears(members.Applied, true, 0, "v")
	s.wantMembers(key("a", 1), "v")
}

func (s suite) audiences() {
	s.enters(key("a", 1), "u", "v", "u")
	s.quits(key("a", 1), "u", "v")
	s.wantCame(1, 2, 2)
	s.enters(key("a", 1), "u")
	s.enters(key("a", 2), "w")
	s.enters(key("a", 1), "late")
	s.wantCame(1, 2, 3)
	s.wantCame(2, 1, 1)
	s.wantCame(3, 0, 0)
	for session := int64(3); session < 70; session++ {
		s.enters(key("a", session), "w")
	}
	s.wantCame(69, 1, 1)
	s.wantCame(6, 1, 1) // one of the newest 64
	s.wantCame(5, 0, 0)
	s.enters(key("a", 0), "r") // of an older session: a room of members keeps it out
	s.wantCame(0, 0, 0)
}
