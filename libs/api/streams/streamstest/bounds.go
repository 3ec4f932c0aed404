package streamstest

import (
	"fmt"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

var bounds = tests{
	"a session that was never online is forgotten after a day":               suite.forgetsHidden,
	"an anchor whose session has ended is forgotten after its time":          suite.forgetsEnded,
	"a listed recording keeps its anchor, with all earlier sessions":         suite.recordingKeeps,
	"a hidden session is forgotten alone where there is something to show":   suite.forgetsSession,
	"who was forgotten begins anew, under a higher number":                   suite.beginsAnew,
	"nobody opens more sessions in an hour than the cap, retries excepted":   suite.capOfOpens,
	"an opening for known users opens nothing for a user who has no session": suite.knownOnly,
	"an opening tells whether the user had no session before":                suite.tellsNew,
	"a recording is not known longer than its anchor":                        suite.forgetsRecordings,
	"texts of many earlier sessions are found, and those of the first gone":  suite.manySessions,
}

// day is how long a session that was never online is known.
const day = 24 * time.Hour

func (s suite) wantForgotten(user string) {
	s.t.Helper()
	if session := s.session(user); session != nil {
		s.t.Fatalf("the room of %q is %+v, want none", user, session)
	}
	for _, online := range []bool{true, false} {
		if err := s.SetStatus(s.t.Context(), streams.Status{User: user, Online: online}); apierr.CodeOf(err) != apierr.NotFound {
			s.t.Fatalf("SetStatus(online %t): %v, want not found", online, err)
		}
	}
	s.push(streams.Push{StreamID: streamID(user), Sequence: "new", Began: true}, streams.Unknown)
	if session := s.session(user); session != nil {
		s.t.Fatalf("then the room of %q is %+v, want none", user, session)
	}
}

func (s suite) forgetsHidden() {
	s.opens("a")
	s.clock.Move(day - time.Millisecond)
	if s.session("a") == nil {
		s.t.Fatal("it is forgotten too early")
	}
	s.clock.Move(time.Millisecond)
	s.wantForgotten("a")
	s.adds(streams.Unknown, file("a", "f", streams.FLV, 0, 100))
}

func (s suite) forgetsEnded() {
	s.goesLive("a")
	s.offline("a")
	s.clock.Move(anchorTTL - time.Millisecond)
	if s.session("a") == nil {
		s.t.Fatal("it is forgotten too early")
	}
	s.clock.Move(time.Millisecond)
	s.wantForgotten("a")

	s.goesLive("b") // and never says goodbye
	s.clock.Move(liveTTL + anchorTTL - time.Millisecond)
	if s.session("b") == nil {
		s.t.Fatal("it is forgotten too early")
	}
	s.clock.Move(time.Millisecond)
	s.wantForgotten("b")
}

func (s suite) recordingKeeps() {
	s.goesLive("a")
	s.offline("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, -200, -100))
	s.clock.Move(window + anchorTTL - 101*time.Second)
	if s.session("a") == nil {
		s.t.Fatal("it is forgotten too early")
	}
	s.clock.Move(time.Second)
	s.wantForgotten("a")
}

func (s suite) forgetsSession() {
	s.goesLive("a")
	s.offline("a")
	second := opening("a", "other")
	second.Title = "second"
	s.open(second)
	s.clock.Move(day)
	s.wantForgotten("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100))
	s.wantRecorded("f")
	if got, want := s.recording("a", "f").Title, opening("a", "g").Title; got != want {
		s.t.Fatalf("the recording has the title %q, want %q", got, want)
	}
}

func (s suite) beginsAnew() {
	s.goesLive("a")
	first := *s.session("a")
	s.offline("a")
	s.clock.Move(anchorTTL)
	second := s.open(opening("a", "g"))
	if second.Number <= first.Number || second.Timestamp != s.clock.Now().Unix() {
		s.t.Fatalf("after %+v is opened %+v", first, second)
	}
	s.online("a")
	s.wantLive("a")
}

func (s suite) capOfOpens() {
	for i := range maxOpens {
		s.open(opening("a", fmt.Sprint(i)))
		s.open(opening("a", fmt.Sprint(i))) // a retry
	}
	session := *s.session("a")
	if _, err := s.Open(s.t.Context(), opening("a", "over")); apierr.CodeOf(err) != apierr.TooMany {
		s.t.Fatalf("one more: %v, want too many", err)
	}
	s.wantSession(session)
	s.opens("b")
	if again := s.open(opening("a", fmt.Sprint(maxOpens-1))); again != session {
		s.t.Fatalf("a retry is %+v, want %+v", again, session)
	}
	s.clock.Move(time.Hour)
	if next := s.open(opening("a", "over")); next.Group != "over" {
		s.t.Fatalf("an hour later is opened %+v", next)
	}
}

func (s suite) knownOnly() {
	o := opening("a", "g")
	o.KnownOnly = true
	if _, err := s.Open(s.t.Context(), o); apierr.CodeOf(err) != apierr.TooMany {
		s.t.Fatalf("Open: %v, want too many", err)
	}
	if session := s.session("a"); session != nil {
		s.t.Fatalf("there is a room %+v", session)
	}
	s.opens("a")
	s.open(o)
	o.Group = "other"
	if session := s.open(o); session.Group != "other" {
		s.t.Fatalf("for a known user is opened %+v", session)
	}
}

func (s suite) tellsNew() {
	for _, want := range []bool{true, false} {
		opened, err := s.Open(s.t.Context(), opening("a", fmt.Sprint(want)))
		if err != nil || opened.New != want {
			s.t.Fatalf("Open: %+v, %v, want new %t", opened, err, want)
		}
	}
	s.clock.Move(day)
	if opened, err := s.Open(s.t.Context(), opening("a", "g")); err != nil || !opened.New {
		s.t.Fatalf("after it was forgotten: %+v, %v, want new", opened, err)
	}
}

func (s suite) forgetsRecordings() {
	s.goesLive("a")
	s.offline("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100), file("a", "g", streams.MP4, 0, 100))
	s.clock.Move(window + anchorTTL + 100*time.Second)
	s.sweeps()
	for _, id := range []string{"f", "g"} {
		if found := s.recording("a", id); found != nil {
			s.t.Fatalf("the recording %q is %+v, want none", id, found)
		}
	}
	s.adds(streams.Unknown, file("a", "f", streams.FLV, 0, 100))
}

func (s suite) manySessions() {
	const sessions = 70
	for i := range sessions {
		s.waitUntil(int64(i) * 200)
		o := opening("a", fmt.Sprint(i))
		o.Title = fmt.Sprint("title ", i)
		s.open(o)
		s.online("a")
		s.waitUntil(int64(i)*200 + 150)
		s.offline("a")
	}
	for _, i := range []int64{sessions - 1, sessions - 2, sessions - 64} {
		id := fmt.Sprint("f", i)
		s.adds(streams.Applied, file("a", id, streams.FLV, i*200, i*200+150))
		if got, want := s.recording("a", id).Title, fmt.Sprint("title ", i); got != want {
			s.t.Fatalf("the recording of session %d has the title %q", i, got)
		}
	}
}
