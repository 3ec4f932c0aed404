package boltfile_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/boltfile"
)

func TestAnUpdateIsInMemoryAndInTheFileWhenItReturns(t *testing.T) {
	path := newPath(t)
	f := open(t, path)
	wantNotes(t, f, notes{})
	mustUpdate(t, f, put("a", "1"))
	mustUpdate(t, f, put("b", "2"))
	wantNotes(t, f, notes{"a": "1", "b": "2"})

	mustClose(t, f)
	wantNotes(t, open(t, path), notes{"a": "1", "b": "2"})
}

func TestNothingTurnsSyncOff(t *testing.T) {
	err := newFile(t).View(func(tx *bbolt.Tx) error {
		if tx.DB().NoSync || tx.DB().NoGrowSync {
			t.Error("commits do not wait for the disk")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAllUpdatesThatWaitTakeOneCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const updates = 100
		f := newFile(t)
		release := hold(t, f)
		commits := map[int]int{} // transaction → its updates
		var waiting []<-chan error
		for i := range updates {
			waiting = append(waiting, update(t.Context(), f, func(tx *bbolt.Tx, n notes) error {
				if len(n) != i {
					t.Errorf("update %d sees %d before it", i, len(n))
				}
				commits[tx.ID()]++
				return put(fmt.Sprint(i), "kept")(tx, n)
			}))
		}
		release()
		for _, done := range waiting {
			if err := <-done; err != nil {
				t.Errorf("Update: %v", err)
			}
		}
		if len(commits) != 1 {
			t.Errorf("%d updates took %d commits: %v", updates, len(commits), commits)
		}
	})
}

func TestARefusedChangeLeavesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFile(t)
		release := hold(t, f)
		noRoom := apierr.New(apierr.NotFound, "no such room")
		before := update(t.Context(), f, put("a", "1"))
		refused := update(t.Context(), f, refuses(fmt.Errorf("enter: %w", noRoom)))
		after := update(t.Context(), f, put("b", "2"))
		release()
		if err := <-refused; !errors.Is(err, noRoom) {
			t.Errorf("refused with %v, want %v", err, noRoom)
		}
		if err := errors.Join(<-before, <-after); err != nil {
			t.Errorf("the others: %v", err)
		}
		wantNotes(t, f, notes{"a": "1", "b": "2"})
	})
}

func TestAnUpdateWhoseCallerHasLeftIsNotMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFile(t)
		release := hold(t, f)
		impatient, leave := context.WithCancel(t.Context())
		gone, stays := update(impatient, f, put("a", "1")), update(t.Context(), f, put("b", "2"))
		leave()
		if err := <-gone; apierr.CodeOf(err) != apierr.Unavailable {
			t.Errorf("left with %v, want %s", err, apierr.Unavailable)
		}
		release()
		if err := <-stays; err != nil {
			t.Errorf("Update: %v", err)
		}
		wantNotes(t, f, notes{"b": "2"})
	})
}

func TestALaterUpdateDoesNotChangeAState(t *testing.T) {
	f := newFile(t)
	mustUpdate(t, f, put("a", "1"))
	before := f.State()
	mustUpdate(t, f, put("a", "2"))
	mustUpdate(t, f, put("b", "2"))
	if len(before) != 1 || before["a"] != "1" {
		t.Errorf("the earlier state is now %v", before)
	}
	wantNotes(t, f, notes{"a": "2", "b": "2"})
}

func TestConcurrentUpdatesAreNotLostAndReadersSeeNoStepBack(t *testing.T) {
	const callers, updates = 32, 10
	f := newFile(t)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			seen := 0
			for range updates {
				err := f.Update(t.Context(), func(tx *bbolt.Tx, n notes) error {
					return put("count", fmt.Sprint(count(t, n)+1))(tx, n)
				})
				if err != nil {
					t.Errorf("Update: %v", err)
				}
				now := count(t, f.State())
				if now <= seen {
					t.Errorf("read %d after %d and an update", now, seen)
				}
				seen = now
			}
		})
	}
	all.Wait()
	wantNotes(t, f, notes{"count": fmt.Sprint(callers * updates)})
}

func count(t *testing.T, n notes) int {
	t.Helper()
	if n["count"] == "" {
		return 0
	}
	number, err := strconv.Atoi(n["count"])
	if err != nil {
		t.Error(err)
	}
	return number
}

func TestAViewsOwnErrorIsPassedOnAndAnyOtherIsStorage(t *testing.T) {
	f := newFile(t)
	noRoom := apierr.New(apierr.NotFound, "no such room")
	if err := f.View(func(*bbolt.Tx) error { return noRoom }); !errors.Is(err, noRoom) {
		t.Errorf("error %v, want %v", err, noRoom)
	}
	damaged := errors.New("room at /data: damaged")
	err := f.View(func(*bbolt.Tx) error { return damaged })
	if apierr.CodeOf(err) != apierr.Storage || !errors.Is(err, damaged) {
		t.Errorf("error %v, want %s with its cause", err, apierr.Storage)
	}
	if public := apierr.Public(err).Message; public != "storage failed" {
		t.Errorf("a stranger learns %q", public)
	}
}

func TestAClosedFileRefusesEverythingButItsState(t *testing.T) {
	f := newFile(t)
	mustUpdate(t, f, put("a", "1"))
	mustClose(t, f)
	mustClose(t, f) // a second time does nothing
	if err := f.Update(t.Context(), put("b", "2")); !errors.Is(err, combine.ErrClosed) {
		t.Errorf("Update: %v, want %v", err, combine.ErrClosed)
	}
	err := f.View(func(*bbolt.Tx) error { t.Error("a closed file was read"); return nil })
	if apierr.CodeOf(err) != apierr.Storage {
		t.Errorf("View: %v, want %s", err, apierr.Storage)
	}
	if got := f.State()["a"]; got != "1" {
		t.Errorf("the last state has %q", got)
	}
}

func TestCloseFinishesTheUpdatesItHasAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := newPath(t)
		f := open(t, path)
		release := hold(t, f)
		accepted := update(t.Context(), f, put("a", "1"))
		closed := make(chan error, 1)
		go func() { closed <- f.Close() }()
		synctest.Wait()
		release()
		if err := errors.Join(<-accepted, <-closed); err != nil {
			t.Error(err)
		}
		wantNotes(t, open(t, path), notes{"a": "1"})
	})
}

func TestAFileThatCannotBeLoadedIsNotOpenedAndNotHeld(t *testing.T) {
	path := newPath(t)
	damaged := errors.New("room tom: damaged")
	_, err := boltfile.Open(path, nil, func(*bbolt.Tx) (notes, error) { return nil, damaged })
	if !errors.Is(err, damaged) || !strings.Contains(err.Error(), path) {
		t.Errorf("Open: %v, want %v of %s", err, damaged, path)
	}
	open(t, path)
}

func TestWhatIsNoBboltFileIsNotOpened(t *testing.T) {
	path := newPath(t)
	mustClose(t, open(t, path))
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 10_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := boltfile.Open(path, nil, loadNotes); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Open: %v, want an error that names %s", err, path)
	}
	if _, err := boltfile.Open(path+"/below/a/file.db", nil, loadNotes); err == nil {
		t.Error("opened a file below a file")
	}
}
