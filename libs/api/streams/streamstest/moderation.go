package streamstest

import (
	"fmt"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

var moderation = tests{
	"a denial ends a session, unless something newer has shown it alive": suite.denies,
	"a newer push resumes what was denied, a repeated one does not":      suite.pushesAfterDenial,
	"who is seen online is listed":                                       suite.confirms,
	"a sighting resumes only what nobody has ended":                      suite.confirmsNoEnd,
	"an operator ends a session":                                         suite.operatorEnds,
	"a removed file takes its recording out of the list, for good":       suite.removesFiles,
	"with one of two files gone the row keeps the other":                 suite.removesOneFile,
	"the file ids of two users do not mix":                               suite.removesOfAll,
	"who is banned from going live does not":                             suite.bansFromGoingLive,
	"a ban ends what goes on, and itself":                                suite.banEnds,
	"bans are listed, page by page":                                      suite.listsBans,
}

func (s suite) verdict(want streams.Verdict) func(streams.Verdict, error) {
	return func(got streams.Verdict, err error) {
		s.t.Helper()
		if got != want || err != nil {
			s.t.Fatalf("the verdict is %q, %v, want %q", got, err, want)
		}
	}
}

func (s suite) deny(user string, asked time.Time, want streams.Verdict) {
	s.t.Helper()
	s.verdict(want)(s.Deny(s.t.Context(), streams.Sighting{StreamID: streamID(user), Asked: asked.UnixMilli(), Source: streams.Poll}))
}

func (s suite) confirm(user string, want streams.Verdict) {
	s.t.Helper()
	s.verdict(want)(s.Confirm(s.t.Context(), streams.Sighting{StreamID: streamID(user), Source: streams.Poll}))
}

func (s suite) denies() {
	s.deny(unknown, s.clock.Now(), streams.Unknown)
	s.opens("a")
	s.deny("a", s.clock.Now(), streams.NotOnline)
	s.clock.Move(time.Second)
	asked := s.clock.Now()
	s.clock.Move(time.Second)
	s.online("a")
	s.deny("a", asked, streams.Late)
	s.clock.Move(time.Second)
	asked = s.clock.Now()
	s.clock.Move(time.Second)
	s.began("a", "A", 4, streams.Applied)
	s.deny("a", asked, streams.Late)
	s.clock.Move(time.Second)
	number := s.session("a").Number
	s.verdict(streams.Late)(s.Deny(s.t.Context(), streams.Sighting{User: "a", Session: number + 1, Source: streams.Poll}))
	s.wantLive("a")
	s.verdict(streams.Applied)(s.Deny(s.t.Context(), streams.Sighting{User: "a", Session: number, Source: streams.Poll}))
	s.wantLive()
	s.wantStanding(streams.Over, streams.Denied)
	s.deny("a", s.clock.Now(), streams.NotOnline)
}

func (s suite) pushesAfterDenial() {
	s.opens("a")
	s.began("a", "A", 1, streams.Applied)
	s.waitUntil(10)
	s.deny("a", s.clock.Now(), streams.Applied)
	s.began("a", "A", 1, streams.Repeated)
	s.wantLive()
	s.began("a", "B", 11, streams.Applied)
	s.wantLive("a")
	s.ceased("a", "B", 12, streams.Applied)
	s.wantLive()
}

func (s suite) confirms() {
	s.confirm(unknown, streams.Unknown)
	s.opens("a")
	s.confirm("a", streams.Applied)
	s.wantLive("a")
	s.confirm("a", streams.Repeated)
	s.clock.Move(liveTTL - time.Second)
	s.confirm("a", streams.Applied)
	s.clock.Move(liveTTL - time.Second)
	s.wantLive("a")
	s.clock.Move(time.Second)
	s.wantLive()
	s.confirm("a", streams.Applied)
	s.wantLive("a")
}

func (s suite) confirmsNoEnd() {
	s.goesLive("client", "platform", "operator", "denied")
	s.waitUntil(10)
	s.offline("client")
	s.began("platform", "A", 1, streams.Applied)
	s.ceased("platform", "A", 10, streams.Applied)
	s.verdict(streams.Applied)(s.End(s.t.Context(), streams.Ending{User: "operator"}))
	s.deny("denied", s.clock.Now(), streams.Applied)
	asked := s.clock.Now().Add(-time.Second)
	s.verdict(streams.NotOnline)(s.Confirm(s.t.Context(), streams.Sighting{User: "denied", Asked: asked.UnixMilli(), Source: streams.Poll}))
	s.confirm("client", streams.Late) // the anchor has taken leave since the push began
	s.confirm("operator", streams.Late)
	s.confirm("platform", streams.NotOnline)
	s.confirm("denied", streams.Applied)
	s.wantLive("denied")
}

func (s suite) operatorEnds() {
	s.verdict(streams.Unknown)(s.End(s.t.Context(), streams.Ending{User: unknown}))
	s.opens("a")
	s.began("a", "A", 1, streams.Applied)
	s.waitUntil(10)
	s.verdict(streams.Applied)(s.End(s.t.Context(), streams.Ending{User: "a"}))
	s.verdict(streams.NotOnline)(s.End(s.t.Context(), streams.Ending{User: "a"}))
	s.began("a", "A", 1, streams.Repeated)
	s.began("a", "B", 5, streams.Late)
	s.wantLive()
	s.wantTold("action open applied", "event push_began applied A", "operator end applied", "operator end not_online",
		"event push_began repeated A", "event push_began late B")
	s.online("a")
	s.wantLive("a")
}

func (s suite) removes(want streams.Verdict, files ...string) {
	s.t.Helper()
	s.verdict(want)(s.RemoveFiles(s.t.Context(), files))
}

func (s suite) removesFiles() {
	s.goesLive("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100))
	s.removes(streams.Unknown, "other", "")
	s.removes(streams.Applied, "other", "f")
	s.wantRecorded()
	if r := s.recording("a", "f"); r != nil {
		s.t.Errorf("it is found: %+v", r)
	}
	s.removes(streams.Repeated, "f")
	s.adds(streams.FileIsGone, file("a", "f", streams.FLV, 0, 100))
	s.wantRecorded()
	s.wantChanges(0, "listed a true", "recorded af true", "removed af false removed")
	s.sweeps()
	s.adds(streams.FileIsGone, file("a", "f", streams.FLV, 0, 100))
	s.wantRecorded()
}

func (s suite) removesOneFile() {
	s.goesLive("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100), file("a", "h", streams.HLS, 0, 100))
	s.removes(streams.Applied, "f")
	s.wantRecorded("f")
	if r := s.recording("a", "h"); r == nil || r.FLV != "" || r.HLS == "" || r.FileID != "f" {
		s.t.Errorf("it is %+v", r)
	}
	s.removes(streams.Applied, "h", "f")
	s.wantRecorded()
	s.adds(streams.Applied, file("a", "m", streams.MP4, 0, 100))
	s.wantRecorded("f")
	if r := s.recording("a", "m"); r == nil || r.FLV != "" || r.HLS != "" {
		s.t.Errorf("it came back as %+v", r)
	}
}

func (s suite) removesOfAll() {
	s.goesLive("a", "b")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100), file("b", "f", streams.FLV, 0, 100), file("b", "ff", streams.FLV, 200, 300))
	s.removes(streams.Applied, "f")
	s.wantRecorded("ff")
}

func (s suite) bans(ban streams.Ban) {
	s.t.Helper()
	if err := s.SetBan(s.t.Context(), ban); err != nil {
		s.t.Fatalf("SetBan(%+v): %v", ban, err)
	}
}

// banned returns the ban that holds, without the moment it was set.
func (s suite) banned(user string) *streams.Ban {
	s.t.Helper()
	found, err := combine.All(s.Bans(s.t.Context(), []string{unknown, user}))
	if err != nil || found[0] != nil {
		s.t.Fatalf("Bans: %+v, %v", found, err)
	}
	return found[1]
}

func (s suite) wantBanned(name string, err error) {
	s.t.Helper()
	if apierr.CodeOf(err) != apierr.Banned {
		s.t.Fatalf("%s: %v, want banned", name, err)
	}
}

func (s suite) bansFromGoingLive() {
	until := s.clock.Now().Add(time.Hour).UnixMilli()
	s.bans(streams.Ban{User: "new", Until: until, GoingLive: true, Reason: "spam"})
	_, err := s.Open(s.t.Context(), opening("new", "g"))
	s.wantBanned("Open", err)
	s.goesLive("viewer")
	s.bans(streams.Ban{User: "viewer", Until: until, Rooms: true})
	s.wantLive("viewer")
	s.offline("viewer")
	s.online("viewer")
	s.opens("a")
	s.bans(streams.Ban{User: "a", Until: until, GoingLive: true})
	s.wantBanned("SetStatus", s.SetStatus(s.t.Context(), streams.Status{User: "a", Online: true}))
	s.offline("a")
	_, err = s.Open(s.t.Context(), opening("a", "g"))
	s.wantBanned("Open", err)
	s.began("a", "A", 10, streams.UserBanned)
	s.confirm("a", streams.UserBanned)
	if row := s.session("a"); !row.Forbid || !row.Bans {
		s.t.Errorf("the session is %+v, want it forbidden, and bans to be asked for", row)
	}
	s.wantStanding(streams.Banned, streams.ByBan)
	if got, want := s.banned("new"), (streams.Ban{User: "new", Until: until, GoingLive: true, Reason: "spam", Since: s.clock.Now().UnixMilli()}); got == nil || *got != want {
		s.t.Errorf("the ban is %+v, want %+v", got, want)
	}
	s.clock.Move(time.Hour)
	s.open(opening("new", "g"))
	s.goesLive("a")
	if row := s.session("a"); row.Forbid {
		s.t.Errorf("after its time the session is %+v", row)
	}
}

func (s suite) banEnds() {
	s.goesLive("a")
	if s.session("a").Bans {
		s.t.Error("nobody is banned, and it is said that somebody is")
	}
	s.bans(streams.Ban{User: "a", Until: streams.MaxUntil, GoingLive: true, Rooms: true})
	s.wantLive()
	s.wantChanges(0, "listed a true", "left a false banned")
	s.bans(streams.Ban{User: "a"})
	if s.banned("a") != nil || s.session("a").Bans || s.session("a").Forbid {
		s.t.Error("a ban that is taken back holds")
	}
	s.online("a")
	s.wantLive("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100))
	if s.recording("a", "f").Bans {
		s.t.Error("nobody is banned, and a recording says that somebody is")
	}
	s.bans(streams.Ban{User: "b", Until: s.clock.Now().Add(time.Minute).UnixMilli(), Rooms: true})
	if !s.session("a").Bans || !s.recording("a", "f").Bans {
		s.t.Error("somebody is banned, and nobody says so")
	}
	s.clock.Move(2 * time.Minute)
	s.sweeps()
	if s.banned("b") != nil || s.session("a").Bans || s.recording("a", "f").Bans {
		s.t.Error("after its time and a sweep it is still there")
	}
}

func (s suite) listsBans() {
	var want []string
	for i := range 7 {
		user := fmt.Sprint("user", i)
		s.bans(streams.Ban{User: user, Until: streams.MaxUntil, Rooms: true})
		want = append(want, user)
	}
	var got []string
	for after := ""; ; {
		bans, err := s.ListBans(s.t.Context(), streams.BanQuery{After: after, Limit: 3})
		if err != nil {
			s.t.Fatalf("ListBans: %v", err)
		}
		if len(bans) == 0 {
			break
		}
		for _, ban := range bans {
			got, after = append(got, ban.User), ban.User
		}
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("they are %q, want %q", got, want)
	}
}
