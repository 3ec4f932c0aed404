package streamstest

import "xiaozhibo.dev/libs/api/streams"

// unseen is the chapter of services that list no session whose push the platform has not
// seen.
const unseen = "unseen pushes"

var unseenPushes = tests{
	"the anchor's word lists nothing, a push does":                           suite.wordListsNothing,
	"the anchor's word keeps a hidden session alive, and lists nothing":      suite.wordKeepsAlive,
	"a session that was ended before its push waits for one":                 suite.endedBeforePush,
	"after the anchor's end the word resumes what is still pushed":           suite.wordResumesPushed,
	"after a push has ended the word waits for another":                      suite.wordAfterPush,
	"a push that ended while the session was not listed speaks for it never": suite.pushEndedUnlisted,
	"the end of the push ends what the word has resumed, however late":       suite.lateEndOfResumed,
	"without sequences a push speaks once":                                   suite.wordWithoutSequence,
	"a new session needs a push of its own":                                  suite.newSessionUnseen,
}

func (s suite) wordListsNothing() {
	session := s.open(opening("a", "g"))
	s.waitUntil(5)
	s.online("a")
	s.wantLive()
	s.wantSession(session)
	s.online("a")
	s.waitUntil(8)
	s.began("a", "A", 7, streams.Applied)
	session.Online, session.Timestamp = true, epoch+8
	s.wantSession(session)
	s.waitUntil(20)
	s.online("a")
	s.wantSession(session)
	s.wantLive("a")
}

func (s suite) wordKeepsAlive() {
	session := s.open(opening("a", "g"))
	for range 3 {
		s.clock.Move(liveTTL / 2)
		s.online("a")
		s.wantLive()
	}
	if again := s.open(opening("a", "g")); again.Number != session.Number {
		s.t.Fatalf("the session has ended: %+v follows %+v", again, session)
	}
	s.clock.Move(liveTTL)
	if again := s.open(opening("a", "g")); again.Number == session.Number {
		s.t.Fatalf("%+v lives for ever", again)
	}
}

func (s suite) endedBeforePush() {
	session := s.open(opening("a", "g"))
	s.waitUntil(5)
	s.offline("a")
	s.began("a", "A", 3, streams.Late) // the session has ended since
	s.waitUntil(9)
	s.online("a")
	s.wantLive()
	s.began("a", "A", 3, streams.Applied)
	s.wantLive("a")
	if got := s.session("a"); got.Number != session.Number {
		s.t.Fatalf("%+v is not the session that was opened, %+v", got, session)
	}
}

func (s suite) wordResumesPushed() {
	s.opens("a")
	s.began("a", "A", 3, streams.Applied)
	session := s.session("a")
	s.waitUntil(5)
	s.offline("a")
	s.wantLive()
	s.waitUntil(8)
	s.online("a")
	s.wantSession(*session)
	s.wantLive("a")
	s.clock.Move(liveTTL) // nothing has shown it alive
	s.wantLive()
	s.online("a")
	s.wantSession(*session)
}

func (s suite) wordAfterPush() {
	s.opens("a")
	s.began("a", "A", 3, streams.Applied)
	session := s.session("a")
	s.waitUntil(9)
	s.ceased("a", "A", 9, streams.Applied)
	s.online("a")
	s.wantLive()
	s.began("a", "A", 3, streams.EndedPush)
	s.wantLive()
	s.waitUntil(12)
	s.began("a", "B", 11, streams.Applied)
	s.wantSession(*session)
	s.wantLive("a")
}

func (s suite) pushEndedUnlisted() {
	s.opens("a")
	s.began("a", "A", 3, streams.Applied)
	s.waitUntil(5)
	s.offline("a")
	s.ceased("a", "A", 6, streams.NotOnline)
	s.waitUntil(8)
	s.online("a")
	s.wantLive()
}

func (s suite) lateEndOfResumed() {
	s.opens("a")
	s.began("a", "A", 3, streams.Applied)
	s.waitUntil(5)
	s.offline("a")
	s.waitUntil(8)
	s.online("a")
	s.wantLive("a")
	s.ceased("a", "A", 6, streams.Applied)
	s.wantLive()
	s.online("a")
	s.wantLive()
}

func (s suite) wordWithoutSequence() {
	s.opens("a")
	s.began("a", "", 3, streams.Applied)
	s.wantLive("a")
	s.ceased("a", "", 5, streams.Applied)
	s.waitUntil(8)
	s.online("a")
	s.wantLive()
	s.began("a", "", 9, streams.Applied)
	s.wantLive("a")
}

func (s suite) newSessionUnseen() {
	s.opens("a")
	s.began("a", "A", 3, streams.Applied)
	s.wantLive("a")
	s.waitUntil(5)
	s.open(opening("a", "h"))
	s.online("a")
	s.wantLive()
	s.began("a", "A", 3, streams.EndedPush)
	s.wantLive()
	s.began("a", "B", 5, streams.Applied)
	s.wantLive("a")
}
