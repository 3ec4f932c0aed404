package streamtest

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/apierr"
)

var sessions = tests{
	"a user who never opened one has no room, and nothing makes him one":  suite.unknownUser,
	"one begins hidden, at the time it is requested":                      suite.hidden,
	"going online lists it from then on":                                  suite.goingOnline,
	"going offline takes it from the list, and leaves the room":           suite.goingOffline,
	"saying so again changes nothing":                                     suite.statusAgain,
	"a retry while hidden keeps session and timestamp, with new texts":    suite.retryHidden,
	"a retry while online hides nothing, and the list shows the new text": suite.retryOnline,
	"another group is another session, hidden":                            suite.otherGroup,
	"an opening after the end is another session, in the same group too":  suite.openAfterEnd,
	"a hidden one can be ended":                                           suite.endHidden,
	"going online after the end resumes it, in its place":                 suite.resume,
	"they grow even when the clock is put back":                           suite.clockPutBack,
	"those of two users do not mix":                                       suite.isolation,
	"an opening without a required field is invalid and opens nothing":    suite.invalidOpening,
	"a call whose time is over is unavailable":                            suite.endedContext,
	"changing what was returned changes nothing that is kept":             suite.aliasedRooms,
}

func (s suite) unknownUser() {
	for _, online := range []bool{true, false} {
		err := s.SetStatus(s.t.Context(), stream.Status{User: "a", Online: online})
		if apierr.CodeOf(err) != apierr.NotFound {
			s.t.Fatalf("SetStatus(online %t): %v, want not found", online, err)
		}
	}
	s.began("a", "A", 1, stream.Unknown)
	s.ceased("a", "A", 2, stream.Unknown)
	s.adds(stream.Unknown, file("a", "f", stream.FLV, 0, 100))
	if room := s.room("a"); room != nil {
		s.t.Fatalf("there is a room %+v", room)
	}
	if recording := s.recording("a", "f"); recording != nil {
		s.t.Fatalf("there is a recording %+v", recording)
	}
	s.wantLive()
	s.wantRecorded()
}

func (s suite) hidden() {
	o := opening("a", "g")
	room := s.open(o)
	if room.Session <= 0 {
		s.t.Fatalf("the session is %d, want a positive one", room.Session)
	}
	s.wantRoom(room)
	s.wantRoom(stream.Room{
		User: o.User, Session: room.Session, StreamID: o.StreamID, Group: o.Group, Title: o.Title, Profile: o.Profile,
		Timestamp: epoch,
	})
	s.wantLive()
}

func (s suite) goingOnline() {
	room := s.open(opening("a", "g"))
	s.waitUntil(5)
	s.online("a")
	room.Online, room.Timestamp = true, epoch+5
	s.wantRoom(room)
	s.wantLive("a")
}

func (s suite) goingOffline() {
	s.goesLive("a", "b")
	room := *s.room("a")
	s.offline("a")
	room.Online = false
	s.wantRoom(room)
	s.wantLive("b")
}

func (s suite) statusAgain() {
	s.goesLive("a")
	room := *s.room("a")
	s.waitUntil(5)
	s.online("a", "a")
	s.wantRoom(room)
	s.wantLive("a")
	s.offline("a")
	room = *s.room("a")
	s.waitUntil(9)
	s.offline("a", "a")
	s.wantRoom(room)
	s.wantLive()
}

func (s suite) retryHidden() {
	first := s.open(opening("a", "g"))
	s.waitUntil(5)
	again := opening("a", "g")
	again.Title, again.StreamID, again.Profile = "new", "8888_new", stream.Profile{Desc: "new"}
	room := s.open(again)
	first.Title, first.StreamID, first.Profile = again.Title, again.StreamID, again.Profile
	if room != first {
		s.t.Fatalf("the retry is %+v, want %+v", room, first)
	}
	s.wantRoom(room)
	s.wantLive()

	s.began("a", "A", 6, stream.Applied) // the first URL may be in use
	s.push(stream.Push{StreamID: "8888_new", Sequence: "B", Began: true, At: epoch + 7}, stream.Applied)
	s.wantLive("a")
}

func (s suite) retryOnline() {
	s.goesLive("a")
	want := *s.room("a")
	s.waitUntil(5)
	again := opening("a", "g")
	again.Title, again.Profile = "new", stream.Profile{}
	room := s.open(again)
	want.Title, want.Profile = "new", stream.Profile{}
	if room != want {
		s.t.Fatalf("the retry is %+v, want %+v", room, want)
	}
	s.wantRoom(want)
	s.wantLive("a")
}

func (s suite) otherGroup() {
	s.goesLive("a")
	first := *s.room("a")
	s.waitUntil(5)
	second := s.open(opening("a", "other"))
	if second.Session <= first.Session || second.Online || second.Timestamp != epoch+5 || second.Group != "other" {
		s.t.Fatalf("the session after %+v is %+v", first, second)
	}
	s.wantRoom(second)
	s.wantLive()
	s.online("a")
	s.wantLive("a")
}

func (s suite) openAfterEnd() {
	s.goesLive("a")
	first := *s.room("a")
	s.offline("a")
	second := s.open(opening("a", "g"))
	if second.Session <= first.Session || second.Online {
		s.t.Fatalf("the session after %+v is %+v", first, second)
	}
	s.waitUntil(5)
	s.online("a")
	if got := s.room("a").Timestamp; got != epoch+5 {
		s.t.Fatalf("its timestamp is %d, want its own, %d", got, epoch+5)
	}
}

func (s suite) endHidden() {
	first := s.open(opening("a", "g"))
	s.offline("a")
	s.wantRoom(first)
	s.waitUntil(5)
	s.online("a")
	first.Online, first.Timestamp = true, epoch+5
	s.wantRoom(first)
	s.offline("a")
	if second := s.open(opening("a", "g")); second.Session <= first.Session {
		s.t.Fatalf("the session after %+v is %+v", first, second)
	}
}

func (s suite) resume() {
	s.goesLive("a")
	room := *s.room("a")
	s.waitUntil(5)
	s.goesLive("b")
	s.offline("a")
	s.waitUntil(60)
	s.online("a")
	s.wantRoom(room)
	s.wantLive("b", "a")
	if again := s.open(opening("a", "g")); again != room {
		s.t.Fatalf("a retry of the resumed session is %+v, want %+v", again, room)
	}
}

func (s suite) clockPutBack() {
	first := s.open(opening("a", "1"))
	s.clock.Move(-time.Hour)
	second := s.open(opening("a", "2"))
	third := s.open(opening("a", "3"))
	if first.Session >= second.Session || second.Session >= third.Session {
		s.t.Fatalf("sessions are %d, %d, %d, want growing ones", first.Session, second.Session, third.Session)
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

func (s suite) invalidOpening() {
	for _, spoil := range []func(*stream.Opening){
		func(o *stream.Opening) { o.User = "" },
		func(o *stream.Opening) { o.StreamID = "" },
		func(o *stream.Opening) { o.Group = "" },
		func(o *stream.Opening) { o.Title = "" },
	} {
		o := opening("a", "g")
		spoil(&o)
		if _, err := s.Open(s.t.Context(), o); apierr.CodeOf(err) != apierr.Invalid {
			s.t.Errorf("Open(%+v): %v, want invalid", o, err)
		}
	}
	if room := s.room("a"); room != nil {
		s.t.Fatalf("there is a room %+v", room)
	}
}

func (s suite) endedContext() {
	ctx, cancel := context.WithCancel(s.t.Context())
	cancel()
	if _, err := s.Open(ctx, opening("a", "g")); apierr.CodeOf(err) != apierr.Unavailable {
		s.t.Errorf("Open: %v, want unavailable", err)
	}
	if err := s.SetStatus(ctx, stream.Status{User: "a"}); apierr.CodeOf(err) != apierr.Unavailable {
		s.t.Errorf("SetStatus: %v, want unavailable", err)
	}
	if room := s.room("a"); room != nil {
		s.t.Errorf("there is a room %+v", room)
	}
}

func (s suite) aliasedRooms() {
	s.goesLive("a")
	want := *s.room("a")
	*s.room("a") = stream.Room{User: "intruder"}
	s.page(stream.Query{Live: true, Limit: 1}).Rooms[0] = stream.Room{User: "intruder"}
	s.wantRoom(want)
	s.wantLive("a")
}
