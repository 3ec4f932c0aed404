package streamstest

import (
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

var expiry = tests{
	"a session leaves the list at its time and not before":   suite.expires,
	"at its time a session is no more online":                suite.expiredRoom,
	"going online again begins the time anew":                suite.heartbeat,
	"a push event begins the time anew":                      suite.pushHeartbeat,
	"a retry shows nothing alive":                            suite.retryNoHeartbeat,
	"sessions leave one by one, and the total with them":     suite.expiresOneByOne,
	"a session that expired is resumed in its place":         suite.resumeExpired,
	"an opening after it is another session":                 suite.openAfterExpiry,
	"a session that stays hidden expires too":                suite.hiddenExpires,
	"a late or repeated push event wakes no expired session": suite.pushAfterExpiry,
}

func (s suite) expires() {
	s.goesLive("a")
	s.clock.Move(liveTTL - time.Millisecond)
	s.wantLive("a")
	s.clock.Move(time.Millisecond)
	s.wantLive()
	s.clock.Move(time.Hour)
	s.wantLive()
}

func (s suite) expiredRoom() {
	s.goesLive("a")
	session := *s.session("a")
	s.clock.Move(liveTTL - time.Millisecond)
	s.wantSession(session)
	s.clock.Move(time.Millisecond)
	session.Online = false
	s.wantSession(session)
	s.offline("a")
	s.wantSession(session)
}

func (s suite) heartbeat() {
	s.goesLive("a")
	for range 3 {
		s.clock.Move(liveTTL - time.Second)
		s.online("a")
	}
	s.clock.Move(liveTTL - time.Second)
	s.wantLive("a")
	s.clock.Move(time.Second)
	s.wantLive()
}

func (s suite) pushHeartbeat() {
	s.goesLive("a")
	s.clock.Move(liveTTL - time.Second)
	s.began("a", "A", 1, streams.Applied)
	s.clock.Move(liveTTL - time.Second)
	s.began("a", "A", 1, streams.Applied) // the platform says it twice
	s.clock.Move(liveTTL - time.Second)
	s.wantLive("a")
	s.clock.Move(time.Second)
	s.wantLive()
}

func (s suite) retryNoHeartbeat() {
	s.goesLive("a")
	s.clock.Move(liveTTL - time.Second)
	s.opens("a")
	s.wantLive("a")
	s.clock.Move(time.Second)
	s.wantLive()
}

func (s suite) expiresOneByOne() {
	users := []string{"a", "b", "c", "d"}
	for _, user := range users {
		s.goesLive(user)
		s.clock.Move(time.Minute)
	}
	s.clock.Move(liveTTL - 4*time.Minute)
	s.wantLive("d", "c", "b")
	s.clock.Move(time.Minute)
	s.wantLive("d", "c")
	s.clock.Move(2 * time.Minute)
	s.wantLive()
}

func (s suite) resumeExpired() {
	s.goesLive("a")
	session := *s.session("a")
	s.waitUntil(5)
	s.goesLive("b")
	s.clock.Move(liveTTL)
	s.online("b", "a")
	s.wantSession(session)
	s.wantLive("b", "a")
}

func (s suite) openAfterExpiry() {
	s.goesLive("a")
	first := *s.session("a")
	s.clock.Move(liveTTL)
	second := s.open(opening("a", "g"))
	if second.Number <= first.Number || second.Online || second.Timestamp != s.clock.Now().Unix() {
		s.t.Fatalf("the session after %+v is %+v", first, second)
	}
	s.wantLive()
}

func (s suite) hiddenExpires() {
	first := s.open(opening("a", "g"))
	s.clock.Move(liveTTL - time.Millisecond)
	if again := s.open(opening("a", "g")); again != first {
		s.t.Fatalf("a retry in time is %+v, want %+v", again, first)
	}
	s.clock.Move(time.Millisecond)
	if second := s.open(opening("a", "g")); second.Number <= first.Number {
		s.t.Fatalf("the session after %+v is %+v", first, second)
	}
}

func (s suite) pushAfterExpiry() {
	s.opens("a")
	s.began("a", "A", 10, streams.Applied)
	s.clock.Move(liveTTL)
	s.began("a", "A", 10, streams.Repeated)
	s.began("a", "0", 9, streams.Late)
	s.ceased("a", "A", 20, streams.NotOnline)
	s.wantLive()
	s.began("a", "B", int64(liveTTL/time.Second), streams.Applied)
	s.wantLive("a")
}
