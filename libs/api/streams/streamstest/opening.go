package streamstest

import (
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

func (s suite) retryHidden() {
	first := s.open(opening("a", "g"))
	s.waitUntil(5)
	again := opening("a", "g")
	again.Title, again.StreamID, again.Profile = "new", "8888_new", streams.Profile{Desc: "new"}
	session := s.open(again)
	first.Title, first.StreamID, first.Profile = again.Title, again.StreamID, again.Profile
	if session != first {
		s.t.Fatalf("the retry is %+v, want %+v", session, first)
	}
	s.wantSession(session)
	s.wantLive()

	s.began("a", "A", 6, streams.Applied) // the first URL may be in use
	s.push(streams.Push{StreamID: "8888_new", Sequence: "B", Began: true, At: epoch + 7}, streams.Applied)
	s.wantLive("a")
}

func (s suite) retryOnline() {
	s.goesLive("a")
	want := *s.session("a")
	s.waitUntil(5)
	again := opening("a", "g")
	again.Title, again.Profile = "new", streams.Profile{}
	session := s.open(again)
	want.Title, want.Profile = "new", streams.Profile{}
	if session != want {
		s.t.Fatalf("the retry is %+v, want %+v", session, want)
	}
	s.wantSession(want)
	s.wantLive("a")
}

func (s suite) otherGroup() {
	s.goesLive("a")
	first := *s.session("a")
	s.waitUntil(5)
	second := s.open(opening("a", "other"))
	if second.Number <= first.Number || second.Online || second.Timestamp != epoch+5 || second.Group != "other" {
		s.t.Fatalf("the session after %+v is %+v", first, second)
	}
	s.wantSession(second)
	s.wantLive()
	s.online("a")
	s.wantLive("a")
}

func (s suite) openAfterEnd() {
	s.goesLive("a")
	first := *s.session("a")
	s.offline("a")
	second := s.open(opening("a", "g"))
	if second.Number <= first.Number || second.Online {
		s.t.Fatalf("the session after %+v is %+v", first, second)
	}
	s.waitUntil(5)
	s.online("a")
	if got := s.session("a").Timestamp; got != epoch+5 {
		s.t.Fatalf("its timestamp is %d, want its own, %d", got, epoch+5)
	}
}

func (s suite) invalidOpening() {
	for _, spoil := range []func(*streams.Opening){
		func(o *streams.Opening) { o.User = "" },
		func(o *streams.Opening) { o.StreamID = "" },
		func(o *streams.Opening) { o.Group = "" },
		func(o *streams.Opening) { o.Title = "" },
	} {
		o := opening("a", "g")
		spoil(&o)
		if _, err := s.Open(s.t.Context(), o); apierr.CodeOf(err) != apierr.Invalid {
			s.t.Errorf("Open(%+v): %v, want invalid", o, err)
		}
	}
	if session := s.session("a"); session != nil {
		s.t.Fatalf("there is a room %+v", session)
	}
}
