package streamstest

import (
	"xiaozhibo.dev/libs/api/streams"
)

func (s suite) interruptTooOld() {
	s.opens("a")
	s.began("a", "A", 5, streams.Applied)
	s.ceased("a", "A", 4, streams.Late)
	s.wantLive("a")
	s.ceased("a", "A", 5, streams.Applied)
	s.wantLive()
}

func (s suite) interruptFirst() {
	s.opens("a")
	s.ceased("a", "A", 9, streams.NotOnline)
	s.began("a", "A", 5, streams.EndedPush)
	s.wantLive()
	s.began("a", "B", 10, streams.Applied)
	s.wantLive("a")
	s.ceased("a", "C", 20, streams.WrongSequence)
	s.began("a", "C", 15, streams.EndedPush)
	s.wantLive("a")
	s.ceased("a", "B", 21, streams.Applied)
	s.wantLive()
}

func (s suite) interruptAlone() {
	s.opens("a", "b")
	s.waitUntil(10)
	s.online("a")
	s.ceased("a", "A", 9, streams.Late)
	s.wantLive("a")
	s.ceased("a", "B", 11, streams.Applied)
	s.wantLive()
	s.began("a", "B", 8, streams.EndedPush)
	s.wantLive()

	s.ceased("b", "A", 10, streams.NotOnline) // hidden still
	s.online("b")
	s.wantLive("b")
}

func (s suite) interruptAfterResume() {
	s.opens("a", "b")
	for _, user := range []string{"a", "b"} {
		s.began(user, "A", 1, streams.Applied)
	}
	s.waitUntil(10)
	s.offline("a", "b")
	s.waitUntil(20)
	s.online("a", "b")
	s.ceased("a", "A", 10, streams.Late) // what the anchor's own leave caused
	s.wantLive("a", "b")
	s.began("a", "B", 19, streams.Applied)
	s.ceased("a", "B", 30, streams.Applied)
	s.ceased("b", "A", 30, streams.Applied) // the same push, still going on till then
	s.wantLive()
}
