package streamstest

import (
	"fmt"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

var clocks = tests{
	"a platform whose clock differs by up to a minute loses no event":       suite.skewedPlatform,
	"the push of a platform behind counts after the anchor has taken leave": suite.leaveAndSkew,
	"a recording that ends more than an hour ahead makes no row":            suite.recordingAhead,
	"after a jump of our clock no session is listed longer than its time":   suite.jumpBack,
	"after a jump the next status and the next event count again":           suite.countsAfterJump,
	"after a jump sessions are numbered by the clock that is right":         suite.numbersAfterJump,
}

func (s suite) skewedPlatform() {
	for i, skew := range []int64{-60, -30, -2, -1, 0, 1, 30, 60} {
		s.clock.Move(time.Hour)
		now := s.clock.Now().Unix() - epoch
		user := fmt.Sprint("u", i)
		s.opens(user)
		s.began(user, "A", now+skew, streams.Applied)
		s.wantLive(user)
		s.ceased(user, "A", now+skew+1, streams.Applied)
		s.wantLive()
		s.began(user, "B", now+skew+2, streams.Applied)
		s.wantLive(user)
		s.ceased(user, "B", now+skew+3, streams.Applied)
	}
}

func (s suite) leaveAndSkew() {
	const behind = 30
	s.waitUntil(0)
	s.opens("a")
	s.online("a")
	s.began("a", "A", 0-behind, streams.Applied)
	s.waitUntil(100)
	s.offline("a")
	s.ceased("a", "A", 100-behind, streams.NotOnline)
	s.waitUntil(105)
	s.began("a", "B", 105-behind, streams.Applied)
	s.wantLive("a")
	s.ceased("a", "B", 110-behind, streams.Applied)
	s.wantLive()
}

func (s suite) recordingAhead() {
	s.opens("a")
	s.adds(streams.TooEarly, file("a", "far", streams.FLV, 0, 3601))
	s.wantRecorded()
	s.adds(streams.Applied, file("a", "near", streams.FLV, 0, 3600))
	s.wantRecorded("near")
}

// jumps moves the clock ahead, lets a user go live, and puts the clock right.
func (s suite) jumps(ahead time.Duration, users ...string) {
	s.clock.Move(ahead)
	s.goesLive(users...)
	s.clock.Move(-ahead)
	s.sweeps()
}

func (s suite) jumpBack() {
	s.opens("hidden")
	s.jumps(anchorTTL, "a", "b")
	s.wantLive("a", "b")
	s.clock.Move(liveTTL - time.Millisecond)
	s.goesLive("c")
	s.wantLive("c", "a", "b")
	s.clock.Move(time.Millisecond)
	s.wantLive("c")
}

func (s suite) countsAfterJump() {
	s.jumps(anchorTTL, "a", "b", "c")
	s.offline("a")
	s.wantLive("b", "c")
	now := s.clock.Now().Unix() - epoch
	s.ceased("b", "B", now+1, streams.Applied)
	s.wantLive("c")
	s.began("a", "A", now+2, streams.Applied)
	s.wantLive("a", "c")
	s.open(opening("c", "other"))
	s.wantLive("a")
	s.clock.Move(time.Second)
	s.online("c")
	s.wantLive("c", "a")
}

func (s suite) numbersAfterJump() {
	s.jumps(anchorTTL, "a")
	first := s.session("a").Number
	second := s.open(opening("a", "other")).Number
	third := s.open(opening("a", "third")).Number
	ahead := s.clock.Now().Add(day).UnixMilli()
	if first > ahead || second <= first || third <= second || third > ahead {
		s.t.Fatalf("the sessions are %d, %d and %d, at %d", first, second, third, s.clock.Now().UnixMilli())
	}
}
