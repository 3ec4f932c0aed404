package boltstore_test

import (
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
)

// A field that is forgotten in the form would be lost with the summary's session.
func TestASummaryKeepsEveryFieldThereIs(t *testing.T) {
	t.Parallel()
	want, number := stream.Ended{}, int64(1)
	fill(t, reflect.ValueOf(&want).Elem(), &number)
	key := boltstore.EndedKey(want.User, want.Session, want.Ended)
	if got, err := boltstore.DecodeEnded(key, boltstore.EncodeEnded(&want)); err != nil || got != want {
		t.Errorf("read %+v, %v, want %+v", got, err, want)
	}
}

func TestADamagedSummaryIsRefused(t *testing.T) {
	t.Parallel()
	kept, number := stream.Ended{}, int64(1)
	fill(t, reflect.ValueOf(&kept).Elem(), &number)
	key := boltstore.EndedKey(kept.User, kept.Session, kept.Ended)
	rapid.Check(t, func(t *rapid.T) {
		key, raw := key, boltstore.EncodeEnded(&kept)
		switch rapid.IntRange(0, 2).Draw(t, "damage") {
		case 0:
			raw = raw[:rapid.IntRange(0, len(raw)-1).Draw(t, "length")]
		case 1:
			raw[rapid.IntRange(0, len(raw)-1).Draw(t, "place")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		default:
			key = key[:rapid.IntRange(0, len(key)-1).Draw(t, "key")]
		}
		if got, err := boltstore.DecodeEnded(key, raw); !errors.Is(err, stream.ErrDamaged) {
			t.Fatalf("read %+v, %v, want damaged", got, err)
		}
	})
}
