package boltfile_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/store/boltfile"
)

func TestAChangeWithAFaultIsUndoneAloneAndTheOthersAreMade(t *testing.T) {
	tests := map[string]struct {
		fail func(tx *bbolt.Tx, n notes) error
		code apierr.Code
	}{
		"an error of the store": {fails("b", errors.New("damaged")), apierr.Storage},
		"a panic": {func(tx *bbolt.Tx, n notes) error {
			return errors.Join(put("b", "half done")(tx, n), func() error { panic("out of range") }())
		}, apierr.Internal},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := newPath(t)
				f := open(t, path)
				mustUpdate(t, f, put("a", "1"))
				release := hold(t, f)
				batch := []<-chan error{
					update(t.Context(), f, put("a", "2")),
					update(t.Context(), f, test.fail),
					update(t.Context(), f, put("c", "3")),
				}
				release()
				for i, want := range []apierr.Code{"", test.code, ""} {
					if err := <-batch[i]; apierr.CodeOf(err) != want {
						t.Errorf("update %d: %v, want %q", i, err, want)
					}
				}
				wantNotes(t, f, notes{"a": "2", "c": "3"})

				mustUpdate(t, f, put("d", "4"))
				mustClose(t, f)
				wantNotes(t, open(t, path), notes{"a": "2", "c": "3", "d": "4"})
			})
		})
	}
}

func TestABatchEndsWhenItsTimeIsUpAndTheNextGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFile(t)
		release := hold(t, f)
		var done []<-chan error
		began := time.Now()
		for i := range 20 {
			done = append(done, update(t.Context(), f, func(tx *bbolt.Tx, n notes) error {
				time.Sleep(30 * time.Millisecond) // of the bubble: the work of a huge record
				return put(fmt.Sprint(i), "kept")(tx, n)
			}))
		}
		release()
		for i, err := range done {
			if err := <-err; err != nil {
				t.Errorf("update %d: %v", i, err)
			}
			if took, most := time.Since(began), time.Duration(i+1)*30*time.Millisecond+210*time.Millisecond; took > most {
				t.Errorf("update %d was answered after %v, want at most %v", i, took, most)
			}
		}
		if got := len(f.State()); got != 20 {
			t.Errorf("%d of 20 are kept", got)
		}
	})
}

func TestACommitThatWasMadeButReportedAsFailedIsReadBack(t *testing.T) {
	f := newFile(t)
	err := f.Update(t.Context(), func(tx *bbolt.Tx, n notes) error {
		tx.OnCommit(func() { panic("after the last write") })
		return put("a", "1")(tx, n)
	})
	if apierr.CodeOf(err) != apierr.Internal {
		t.Errorf("Update: %v, want %s", err, apierr.Internal)
	}
	wantNotes(t, f, notes{"a": "1"})
	mustUpdate(t, f, put("b", "2"))
	wantNotes(t, f, notes{"a": "1", "b": "2"})
}

func TestNothingIsWrittenOnAStateThatCouldNotBeReadBack(t *testing.T) {
	var broken error
	f, err := boltfile.Open(newPath(t), nil, func(tx *bbolt.Tx) (notes, error) {
		n, err := loadNotes(tx)
		return n, errors.Join(err, broken)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, f) })

	err = f.Update(t.Context(), func(tx *bbolt.Tx, n notes) error {
		tx.OnCommit(func() {
			broken = errors.New("disk on fire")
			panic("after the last write")
		})
		return put("a", "1")(tx, n)
	})
	if apierr.CodeOf(err) != apierr.Internal {
		t.Errorf("Update: %v, want %s", err, apierr.Internal)
	}
	if err := f.Update(t.Context(), put("b", "2")); apierr.CodeOf(err) != apierr.Storage || !errors.Is(err, broken) {
		t.Errorf("Update: %v, want %s", err, apierr.Storage)
	}
	broken = nil
	mustUpdate(t, f, put("c", "3"))
	wantNotes(t, f, notes{"a": "1", "c": "3"})
}

func TestTheStateIsLoadedOnceUnlessACommitFails(t *testing.T) {
	loads := 0
	f, err := boltfile.Open(newPath(t), nil, func(tx *bbolt.Tx) (notes, error) {
		loads++
		return loadNotes(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, f) })

	mustUpdate(t, f, put("a", "1"))
	mustUpdate(t, f, put("a", "2"))
	if err := f.Update(t.Context(), fails("b", errors.New("damaged"))); apierr.CodeOf(err) != apierr.Storage {
		t.Errorf("Update: %v, want %s", err, apierr.Storage)
	}
	mustUpdate(t, f, put("a", "3"))
	if loads != 1 {
		t.Errorf("loaded %d times", loads)
	}
}
