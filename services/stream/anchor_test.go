package stream_test

import (
	"testing"
	"time"

	api "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/services/stream"
)

func TestASessionEndsByItselfWhenItIsDue(t *testing.T) {
	due := time.UnixMilli(1_480_000_000_500)
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
			a := stream.Anchor{Room: api.Room{Session: 1, Online: true}, Due: due.UnixMilli()}
			a.Settle(c.now)
			a.Settle(due.Add(-time.Hour)) // what has ended stays ended
			if a.Ended != c.ended || a.Live() != c.live || a.Room.Online != c.live || a.Push.Over == c.live {
				t.Errorf("the anchor is %+v", a)
			}
		})
	}
}

func TestASessionThatHasEndedKeepsItsEnd(t *testing.T) {
	a := stream.Anchor{Room: api.Room{Session: 1}, Due: 5000, Ended: 3000, Left: 3000}
	want := a.Ended
	a.Settle(time.UnixMilli(9000))
	if a.Ended != want || a.Left != want {
		t.Errorf("the anchor is %+v", a)
	}
}

func TestAnAnchorWithoutASessionDoesNotExist(t *testing.T) {
	var a stream.Anchor
	a.Settle(time.UnixMilli(9000))
	if a.Exists() || a.Live() || a.Ended != 0 {
		t.Errorf("the anchor is %+v", a)
	}
}
