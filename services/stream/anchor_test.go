package stream_test

import (
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
)

var limits = stream.Config{LiveTTL: time.Hour, RecordingWindow: window, AnchorTTL: 30 * 24 * time.Hour}

var begin = time.UnixMilli(1_480_000_000_500)

// current is a session that was opened, and went online, at begin.
func current() stream.Current {
	ms := begin.UnixMilli()
	return stream.Current{
		Session: streams.Session{User: "a", Number: ms, Online: true, Timestamp: begin.Unix()},
		Opened:  ms, FirstOnline: ms, Alive: ms,
	}
}

func TestASessionEndsByItselfWhenItIsDue(t *testing.T) {
	due := begin.Add(limits.LiveTTL)
	for name, c := range map[string]struct {
		now   time.Time
		ended int64
		live  bool
	}{
		"before":     {due.Add(-time.Millisecond), 0, true},
		"then":       {due, due.UnixMilli(), false},
		"long since": {due.Add(time.Hour), due.UnixMilli(), false},
	} {
		t.Run(name, func(t *testing.T) {
			a := stream.Anchor{Current: current()}
			seen := a.Present(c.now, limits)
			a.Settle(c.now, limits)
			a.Settle(c.now, limits) // what has ended stays ended
			if a.Ended != c.ended || a.Live() != c.live || a.Session.Online != c.live || a.Push.Over == c.live {
				t.Errorf("the anchor is %+v", a)
			}
			if seen == nil || *seen != a.Session {
				t.Errorf("a reader sees %+v, want %+v", seen, a.Session)
			}
		})
	}
}

func TestASessionThatHasEndedKeepsItsEnd(t *testing.T) {
	a := stream.Anchor{Current: current()}
	a.Session.Online = false
	a.Ended = begin.UnixMilli()
	a.Settle(begin.Add(9*time.Hour), limits)
	if a.Ended != begin.UnixMilli() || !a.Exists() {
		t.Errorf("the anchor is %+v", a)
	}
}

func TestAnAnchorWithoutASessionDoesNotExist(t *testing.T) {
	var a stream.Anchor
	a.Settle(begin, limits)
	if a.Exists() || a.Live() || a.Ended != 0 || a.Present(begin, limits) != nil {
		t.Errorf("the anchor is %+v", a)
	}
}

func TestWhatHasNothingToShowIsForgotten(t *testing.T) {
	const day = 24 * time.Hour
	recorded := begin.Add(time.Minute)
	for name, c := range map[string]struct {
		change func(*stream.Anchor)
		after  time.Duration // since begin
		gone   bool          // with all that belongs to the user
	}{
		"a session that was never online, a day after it was opened": {
			func(a *stream.Anchor) { a.FirstOnline, a.Session.Online = 0, false }, day, true,
		},
		"so too when the anchor ended it": {
			func(a *stream.Anchor) { a.FirstOnline, a.Session.Online, a.Ended = 0, false, a.Opened }, day, true,
		},
		"the session alone where there are earlier ones": {
			func(a *stream.Anchor) {
				a.FirstOnline, a.Session.Online = 0, false
				a.Past = []stream.Span{{Session: 1, Opened: 1, Ended: 2}}
			}, day, false,
		},
		"an anchor whose session has ended": {
			func(a *stream.Anchor) { a.Session.Online, a.Ended = false, a.Opened }, limits.AnchorTTL, true,
		},
		"one who never said goodbye": {
			func(*stream.Anchor) {}, limits.LiveTTL + limits.AnchorTTL, true,
		},
		"one whose last recording has left the list": {
			func(a *stream.Anchor) {
				a.Session.Online, a.Ended, a.Recorded = false, a.Opened, recorded.Unix()
			}, recorded.Truncate(time.Second).Sub(begin) + limits.RecordingWindow + limits.AnchorTTL, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := stream.Anchor{Current: current()}
			c.change(&a)
			then := begin.Add(c.after)
			before := a
			if gone := before.Settle(then.Add(-time.Millisecond), limits); gone || !before.Exists() {
				t.Errorf("a moment before it is %+v, gone %t", before, gone)
			}
			if before.Present(then.Add(-time.Millisecond), limits) == nil {
				t.Error("a moment before, no reader sees it")
			}
			if seen := a.Present(then, limits); seen != nil {
				t.Errorf("a reader sees %+v", seen)
			}
			if gone := a.Settle(then, limits); gone != c.gone || a.Exists() {
				t.Errorf("then it is %+v, gone %t, want %t", a, gone, c.gone)
			}
		})
	}
}

func TestTimesOfAClockThatHadJumpedAheadAreTakenBack(t *testing.T) {
	const jump = 30 * 24 * time.Hour
	a := stream.Anchor{Current: current()}
	a.Latest, a.SaidOnline = a.Session.Number, a.Opened
	now := begin.Add(-jump)
	a.Settle(now, limits)
	ms := now.UnixMilli()
	if a.Opened != ms || a.Alive != ms || a.SaidOnline != ms || a.Session.Number != ms || a.Latest != ms || a.Session.Timestamp != now.Unix() {
		t.Errorf("the anchor is %+v", a)
	}
	if a.Settle(now.Add(limits.LiveTTL), limits); a.Live() {
		t.Error("the room is listed for longer than its time")
	}
}
