package boltstore_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
)

func drawCurrent(t *rapid.T) stream.Current {
	var c stream.Current
	for _, number := range []*int64{&c.Session.Number, &c.Session.Timestamp, &c.Opened, &c.FirstOnline, &c.Alive, &c.Ended, &c.Recorded} {
		*number = rapid.Int64().Draw(t, "number")
	}
	p := &c.Session.Profile
	for _, text := range []*string{
		&c.Session.StreamID, &c.Session.Group, &c.Session.Title, &p.Nickname, &p.HeadPic, &p.FrontCover, &p.Location, &p.Desc,
	} {
		*text = rapid.StringN(0, 200, -1).Draw(t, "text")
	}
	c.Session.User, c.Session.Online = rapid.String().Draw(t, "user"), rapid.Bool().Draw(t, "online")
	return c
}

func TestACurrentSessionIsReadAsItWasKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawCurrent(t)
		got, err := boltstore.DecodeCurrent(want.Session.User, boltstore.EncodeCurrent(&want))
		if err != nil || got != want {
			t.Fatalf("read %+v, %v, want %+v", got, err, want)
		}
	})
}

func TestADamagedSessionIsRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kept := drawCurrent(t)
		raw := boltstore.EncodeCurrent(&kept)
		if rapid.Bool().Draw(t, "cut") {
			raw = raw[:rapid.IntRange(0, len(raw)-1).Draw(t, "length")]
		} else {
			raw[rapid.IntRange(0, len(raw)-1).Draw(t, "place")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		if got, err := boltstore.DecodeCurrent(kept.Session.User, raw); !errors.Is(err, stream.ErrDamaged) {
			t.Fatalf("read %+v, %v, want damaged", got, err)
		}
	})
}
