package streamstest

import (
	"xiaozhibo.dev/libs/api/streams"
)

func (s suite) pushOver() {
	s.opens("a")
	s.began("a", "A", 1, streams.Applied)
	s.ceased("a", "A", 5, streams.Applied)
	for _, at := range []int64{1, 5, 60} {
		s.began("a", "A", at, streams.EndedPush)
		s.wantLive()
	}
	s.opens("a")
	s.began("a", "A", 60, streams.EndedPush)
	s.wantLive()
	s.online("a")
	s.ceased("a", "A", 60, streams.Repeated)
	s.wantLive("a")
}

func (s suite) pushOfEarlierSession() {
	s.opens("a")
	s.began("a", "A", 1, streams.Applied)
	s.waitUntil(10)
	s.open(opening("a", "other"))
	s.wantLive()
	s.began("a", "A", 11, streams.EndedPush) // it was going on when the session was replaced
	s.wantLive()
	s.online("a")
	s.ceased("a", "A", 11, streams.Repeated)
	s.wantLive("a")
	s.began("a", "B", 12, streams.Applied)
	s.ceased("a", "B", 13, streams.Applied)
	s.wantLive()
}

func (s suite) pushTooOld() {
	s.opens("a")
	s.began("a", "A", -61, streams.Late)
	s.wantLive()
	s.began("a", "B", -60, streams.Applied) // the platform's clock may be a minute behind
	s.wantLive("a")

	s.waitUntil(200)
	s.open(opening("a", "other"))
	s.began("a", "C", 139, streams.Late)
	s.wantLive()
	s.began("a", "D", 140, streams.Applied)
	s.wantLive("a")
}

func (s suite) pushResumes() {
	s.opens("a")
	s.began("a", "A", 0, streams.Applied)
	session := *s.session("a")
	s.waitUntil(5)
	s.goesLive("b")
	s.ceased("a", "A", 5, streams.Applied)
	s.wantLive("b")
	s.began("a", "B", 5, streams.Applied)
	s.wantSession(session)
	s.wantLive("b", "a")
	s.ceased("a", "B", 6, streams.Applied)
	s.wantLive("b")
}

func (s suite) pushAfterLeave() {
	s.goesLive("a")
	s.waitUntil(10)
	s.offline("a")
	s.waitUntil(20)
	s.began("a", "A", 1, streams.Late)
	s.wantLive()
	s.began("a", "B", 11, streams.Applied)
	s.wantLive("a")
	s.offline("a")
	s.began("a", "B", 11, streams.Repeated)
	s.ceased("a", "B", 12, streams.NotOnline)
	s.wantLive()
}
