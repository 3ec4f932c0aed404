package boltstore_test

import (
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
)

func drawHistory(t *rapid.T) (h boltstore.History) {
	for _, number := range []*int64{
		&h.Moment, &h.Latest, &h.SaidOnline, &h.SaidOffline, &h.Push.At, &h.Opens.Since, &h.Confirmed,
	} {
		*number = rapid.Int64().Draw(t, "number")
	}
	for _, number := range []*int{&h.Opens.Count, &h.Recordings, &h.Story.Dropped} {
		*number = rapid.Int().Draw(t, "number")
	}
	for _, text := range []*string{&h.Wait, &h.Push.Sequence, &h.Story.Lines} {
		*text = rapid.StringN(0, 200, -1).Draw(t, "text")
	}
	h.EndReason = streams.Reason(rapid.String().Draw(t, "reason"))
	h.Push.Over, h.WantsPush = rapid.Bool().Draw(t, "over"), rapid.Bool().Draw(t, "wants")
	h.Lag = rapid.Ptr(rapid.Int64(), true).Draw(t, "lag")
	if some := rapid.SliceOf(rapid.String()).Draw(t, "sequences"); len(some) > 0 {
		h.EndedSequences = some
	}
	for range rapid.IntRange(0, 3).Draw(t, "past") {
		h.Past = append(h.Past, stream.Span{
			Session: rapid.Int64().Draw(t, "session"), Opened: rapid.Int64().Draw(t, "opened"), Ended: rapid.Int64().Draw(t, "ended"),
		})
	}
	return h
}

func TestAHistoryIsReadAsItWasKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawHistory(t)
		got, err := boltstore.DecodeHistory(boltstore.EncodeHistory(&want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("read %+v, %v, want %+v", got, err, want)
		}
	})
}

// A field that is forgotten in the form would be lost with the next restart.
func TestAHistoryKeepsEveryFieldThereIs(t *testing.T) {
	t.Parallel()
	want := boltstore.History{Wait: "w", Moment: 1}
	number := int64(1)
	fill(t, reflect.ValueOf(&want.History).Elem(), &number)
	got, err := boltstore.DecodeHistory(boltstore.EncodeHistory(&want))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v, want %+v", got, err, want)
	}
}

// fill gives every field a value that no other has.
func fill(t *testing.T, v reflect.Value, number *int64) {
	t.Helper()
	*number++
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(t, field, number)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), number)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0), number)
		fill(t, v.Index(1), number)
	case reflect.String:
		v.SetString(string(rune('a' + *number)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(*number)
	default:
		t.Fatalf("a field is a %s: say here how it is filled, and keep it", v.Kind())
	}
}

func TestADamagedHistoryIsRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kept := drawHistory(t)
		raw := boltstore.EncodeHistory(&kept)
		if rapid.Bool().Draw(t, "cut") {
			raw = raw[:rapid.IntRange(0, len(raw)-1).Draw(t, "length")]
		} else {
			raw[rapid.IntRange(0, len(raw)-1).Draw(t, "place")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		if got, err := boltstore.DecodeHistory(raw); !errors.Is(err, stream.ErrDamaged) {
			t.Fatalf("read %+v, %v, want damaged", got, err)
		}
	})
}
