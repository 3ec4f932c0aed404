package boltstore_test

import (
	"testing"

	"pgregory.net/rapid"

	"xiaozhibo.dev/services/room/boltstore"
)

// kept is a member as it is kept in the file.
type kept struct {
	seen                    int64
	level                   int32
	user, nickname, headPic string
}

func drawKept(t *rapid.T) (k kept) {
	k.seen, k.level = rapid.Int64().Draw(t, "seen"), rapid.Int32().Draw(t, "level")
	for _, text := range []*string{&k.user, &k.nickname, &k.headPic} {
		*text = rapid.StringN(0, 200, -1).Draw(t, "text")
	}
	return k
}

func (k *kept) encode() []byte {
	return boltstore.Encode(k.seen, k.level, k.user, k.nickname, k.headPic)
}

func TestAMemberIsReadAsItWasKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawKept(t)
		var got kept
		var err error
		if got.seen, got.level, got.user, got.nickname, got.headPic, err = boltstore.Decode(want.encode()); err != nil || got != want {
			t.Fatalf("read %+v, %v, want %+v", got, err, want)
		}
	})
}

func TestADamagedMemberIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := drawKept(t)
		raw := one.encode()
		if rapid.Bool().Draw(t, "cut") {
			raw = raw[:rapid.IntRange(0, len(raw)-1).Draw(t, "length")]
		} else {
			raw[rapid.IntRange(0, len(raw)-1).Draw(t, "place")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		if _, _, user, _, _, err := boltstore.Decode(raw); err == nil {
			t.Fatalf("read %q, want damaged", user)
		}
	})
}
