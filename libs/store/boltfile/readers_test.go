package boltfile_test

import (
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/boltfile"
)

// viewed reads, and returns the transaction that it was given and what it has found.
func viewed(t *testing.T, f *boltfile.File[notes]) (given *bbolt.Tx, found notes) {
	t.Helper()
	err := f.View(func(tx *bbolt.Tx) (err error) {
		given = tx
		found, err = readNotes(tx.Bucket(bucket))
		return err
	})
	if err != nil {
		t.Errorf("View: %v", err)
	}
	return given, found
}

func TestThoseWhoReadOneAfterTheOtherHaveOneTransactionUntilACommit(t *testing.T) {
	f := newFile(t)
	mustUpdate(t, f, put("a", "1"))
	first, _ := viewed(t, f)
	if second, _ := viewed(t, f); second != first {
		t.Error("the second has another transaction")
	}
	for _, value := range []string{"2", "3", "4"} {
		mustUpdate(t, f, put("a", value))
		if given, found := viewed(t, f); given == first || found["a"] != value {
			t.Errorf("after the commit of %s: %v, of the transaction before it: %t", value, found, given == first)
		}
	}
}

func TestTwoWhoReadAtOnceHaveATransactionEach(t *testing.T) {
	f := newFile(t)
	err := f.View(func(outer *bbolt.Tx) error {
		if inner, _ := viewed(t, f); inner == outer {
			t.Error("both have the same")
		}
		return nil
	})
	if err != nil {
		t.Errorf("View: %v", err)
	}
}

// bbolt waits for all who read where the file outgrows its map, so a transaction that is kept
// for nobody would stop a commit for ever.
func TestNoTransactionIsKeptWhileACommitIsUnderWay(t *testing.T) {
	f := newFile(t)
	mustUpdate(t, f, put("a", "1"))
	viewed(t, f)
	mustUpdate(t, f, func(tx *bbolt.Tx, n notes) error {
		if open := tx.DB().Stats().OpenTxN; open != 0 {
			t.Errorf("%d are open when a commit begins", open)
		}
		viewed(t, f)
		if open := tx.DB().Stats().OpenTxN; open != 0 {
			t.Errorf("%d are open after one has read meanwhile", open)
		}
		return put("b", "2")(tx, n)
	})
	wantNotes(t, f, notes{"a": "1", "b": "2"})
}

func TestAReaderThatOutlastsACommitSeesWhatWasAndIsNotKept(t *testing.T) {
	f := newFile(t)
	mustUpdate(t, f, put("a", "1"))
	var old *bbolt.Tx
	err := f.View(func(tx *bbolt.Tx) error {
		old = tx
		mustUpdate(t, f, put("a", "2"))
		if found, err := readNotes(tx.Bucket(bucket)); err != nil || found["a"] != "1" {
			t.Errorf("it sees %v, %v", found, err)
		}
		return nil
	})
	if err != nil {
		t.Errorf("View: %v", err)
	}
	if given, found := viewed(t, f); given == old || found["a"] != "2" {
		t.Errorf("the next sees %v, of the same transaction: %t", found, given == old)
	}
}

func TestAPanicOfOneWhoReadsLeavesTheFileUsable(t *testing.T) {
	f := newFile(t)
	mustUpdate(t, f, put("a", "1"))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was kept from its caller")
			}
		}()
		_ = f.View(func(*bbolt.Tx) error { panic("out of range") })
	}()
	mustUpdate(t, f, put("a", "2"))
	wantNotes(t, f, notes{"a": "2"})
	mustClose(t, f)
}
