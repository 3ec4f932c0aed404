package streamstest

import (
	"time"

	"xiaozhibo.dev/libs/api/streams"
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
