package streamstest

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

var sessions = tests{
	"a user who never opened one has no session, and nothing makes him one": suite.unknownUser,
	"one begins hidden, at the time it is requested":                        suite.hidden,
	"going online lists it from then on":                                    suite.goingOnline,
	"going offline takes it from the list, and leaves the session":          suite.goingOffline,
	"saying so again changes nothing":                                       suite.statusAgain,
	"a retry while hidden keeps session and timestamp, with new texts":      suite.retryHidden,
	"a retry while online hides nothing, and the list shows the new text":   suite.retryOnline,
	"another group is another session, hidden":                              suite.otherGroup,
	"an opening after the end is another session, in the same group too":    suite.openAfterEnd,
	"a hidden one can be ended":                                             suite.endHidden,
	"going online after the end resumes it, in its place":                   suite.resume,
	"they grow even when the clock is put back":                             suite.clockPutBack,
	"those of two users do not mix":                                         suite.isolation,
	"an opening without a required field is invalid and opens nothing":      suite.invalidOpening,
	"a call whose time is over is unavailable":                              suite.endedContext,
	"changing what was returned changes nothing that is kept":               suite.aliasedRooms,
}

func (s suite) unknownUser() {
	for _, online := range []bool{true, false} {
		err := s.SetStatus(s.t.Context(), streams.Status{User: "a", Online: online})
		if apierr.CodeOf(err) != apierr.NotFound {
			s.t.Fatalf("SetStatus(online %t): %v, want not found", online, err)
		}
	}
	s.began("a", "A", 1, streams.Unknown)
	s.ceased("a", "A", 2, streams.Unknown)
	s.adds(streams.Unknown, file("a", "f", streams.FLV, 0, 100))
	if session := s.session("a"); session != nil {
		s.t.Fatalf("there is a room %+v", session)
	}
	if recording := s.recording("a", "f"); recording != nil {
		s.t.Fatalf("there is a recording %+v", recording)
	}
	s.wantLive()
	s.wantRecorded()
}

func (s suite) hidden() {
	o := opening("a", "g")
	session := s.open(o)
	if session.Number <= 0 {
		s.t.Fatalf("the session is %d, want a positive one", session.Number)
	}
	s.wantSession(session)
	s.wantSession(streams.Session{
		User: o.User, Number: session.Number, StreamID: o.StreamID, Group: o.Group, Title: o.Title, Profile: o.Profile,
		Timestamp: epoch,
	})
	s.wantLive()
}

func (s suite) goingOnline() {
	session := s.open(opening("a", "g"))
	s.waitUntil(5)
	s.online("a")
	session.Online, session.Timestamp = true, epoch+5
	s.wantSession(session)
	s.wantLive("a")
}

func (s suite) goingOffline() {
	s.goesLive("a", "b")
	session := *s.session("a")
	s.offline("a")
	session.Online = false
	s.wantSession(session)
	s.wantLive("b")
}

func (s suite) statusAgain() {
	s.goesLive("a")
	session := *s.session("a")
	s.waitUntil(5)
	s.online("a", "a")
	s.wantSession(session)
	s.wantLive("a")
	s.offline("a")
	session = *s.session("a")
	s.waitUntil(9)
	s.offline("a", "a")
	s.wantSession(session)
	s.wantLive()
}

func (s suite) endHidden() {
	first := s.open(opening("a", "g"))
	s.offline("a")
	s.wantSession(first)
	s.waitUntil(5)
	s.online("a")
	first.Online, first.Timestamp = true, epoch+5
	s.wantSession(first)
	s.offline("a")
	if second := s.open(opening("a", "g")); second.Number <= first.Number {
		s.t.Fatalf("the session after %+v is %+v", first, second)
	}
}

func (s suite) resume() {
	s.goesLive("a")
	session := *s.session("a")
	s.waitUntil(5)
	s.goesLive("b")
	s.offline("a")
	s.waitUntil(60)
	s.online("a")
	s.wantSession(session)
	s.wantLive("b", "a")
	if again := s.open(opening("a", "g")); again != session {
		s.t.Fatalf("a retry of the resumed session is %+v, want %+v", again, session)
	}
}

func (s suite) clockPutBack() {
	first := s.open(opening("a", "1"))
	s.clock.Move(-time.Hour)
	second := s.open(opening("a", "2"))
	third := s.open(opening("a", "3"))
	if first.Number >= second.Number || second.Number >= third.Number {
		s.t.Fatalf("sessions are %d, %d, %d, want growing ones", first.Number, second.Number, third.Number)
	}
}

func (s suite) isolation() {
	users := []string{"A", "a", "a\x00", "a b", "a_b", "中"} // ascending
	s.goesLive(users...)
	s.wantLive(users...)
	for i, user := range users {
		s.offline(user)
		s.wantLive(users[i+1:]...)
	}
}

func (s suite) endedContext() {
	ctx, cancel := context.WithCancel(s.t.Context())
	cancel()
	if _, err := s.Open(ctx, opening("a", "g")); apierr.CodeOf(err) != apierr.Unavailable {
		s.t.Errorf("Open: %v, want unavailable", err)
	}
	if err := s.SetStatus(ctx, streams.Status{User: "a"}); apierr.CodeOf(err) != apierr.Unavailable {
		s.t.Errorf("SetStatus: %v, want unavailable", err)
	}
	if session := s.session("a"); session != nil {
		s.t.Errorf("there is a room %+v", session)
	}
}

func (s suite) aliasedRooms() {
	s.goesLive("a")
	want := *s.session("a")
	*s.session("a") = streams.Session{User: "intruder"}
	s.page(streams.Query{Live: true, Limit: 1}).Sessions[0] = streams.Session{User: "intruder"}
	s.wantSession(want)
	s.wantLive("a")
}
