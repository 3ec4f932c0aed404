package streamstest

import (
	"fmt"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

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
