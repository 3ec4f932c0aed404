package boltfile_test

import (
	"context"
	"maps"
	"path/filepath"
	"testing"
	"testing/synctest"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/boltfile"
)

var bucket = []byte("notes")

// notes is a state with the same keys and values as the file.
type notes map[string]string

func (n notes) Clone() notes { return maps.Clone(n) }

func loadNotes(tx *bbolt.Tx) (notes, error) {
	b, err := tx.CreateBucketIfNotExists(bucket)
	if err != nil {
		return nil, err
	}
	return readNotes(b)
}

func readNotes(b *bbolt.Bucket) (notes, error) {
	n := notes{}
	err := b.ForEach(func(key, value []byte) error {
		n[string(key)] = string(value)
		return nil
	})
	return n, err
}

func put(key, value string) boltfile.Change[notes] {
	return func(tx *bbolt.Tx, n notes) error {
		n[key] = value
		return tx.Bucket(bucket).Put([]byte(key), []byte(value))
	}
}

// fails writes and then reports err.
func fails(key string, err error) boltfile.Change[notes] {
	return func(tx *bbolt.Tx, n notes) error {
		if putErr := put(key, "half done")(tx, n); putErr != nil {
			return putErr
		}
		return err
	}
}

func refuses(err error) boltfile.Change[notes] {
	return func(*bbolt.Tx, notes) error { return err }
}

func newFile(t *testing.T) *boltfile.File[notes] {
	t.Helper()
	return open(t, newPath(t))
}

func newPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "data", "notes.db")
}

func open(t *testing.T, path string) *boltfile.File[notes] {
	t.Helper()
	f, err := boltfile.Open(path, nil, loadNotes)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { mustClose(t, f) })
	return f
}

func mustClose(t *testing.T, f *boltfile.File[notes]) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func mustUpdate(t *testing.T, f *boltfile.File[notes], change boltfile.Change[notes]) {
	t.Helper()
	if err := f.Update(t.Context(), change); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

// wantNotes checks the state, and that the file agrees with it.
func wantNotes(t *testing.T, f *boltfile.File[notes], want notes) {
	t.Helper()
	if got := f.State(); !maps.Equal(got, want) {
		t.Errorf("in memory %v, want %v", got, want)
	}
	var got notes
	err := f.View(func(tx *bbolt.Tx) (err error) {
		got, err = readNotes(tx.Bucket(bucket))
		return err
	})
	if err != nil {
		t.Errorf("View: %v", err)
	}
	if !maps.Equal(got, want) {
		t.Errorf("in the file %v, want %v", got, want)
	}
}

// hold keeps a batch from ending until release is called, so that updates begun
// meanwhile are one batch. It must be called in a bubble.
func hold(t *testing.T, f *boltfile.File[notes]) (release func()) {
	t.Helper()
	gate := make(chan struct{})
	held := update(t.Context(), f, func(*bbolt.Tx, notes) error { <-gate; return nil })
	return func() {
		t.Helper()
		close(gate)
		if err := <-held; err != nil {
			t.Errorf("Update: %v", err)
		}
		synctest.Wait()
	}
}

// update starts an update and waits until it is in a batch or waits for one.
func update(ctx context.Context, f *boltfile.File[notes], change boltfile.Change[notes]) <-chan error {
	done := make(chan error, 1)
	go func() { done <- f.Update(ctx, change) }()
	synctest.Wait()
	return done
}
