package folder_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
)

func TestPartsAreMergedAsIfAllHadBeenPutIntoOneFileInTheirOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	want := map[string]map[string]string{"a": {}, "b": {}}
	dir := t.TempDir()
	told := 0.0
	err := folder.Restore(dir, all(), func(files *folder.Files) error {
		for part := range 7 {
			err := putPart(files, func(tx *bbolt.Tx) error {
				return putRandom(tx, random, part, want)
			})
			if err != nil {
				return err
			}
		}
		return files.Merge(t.Context(), "room", func(done float64) { told = done })
	})
	fails(t, err)
	mustPrepare(t, dir)
	if got := contents(t, filepath.Join(dir, "room.db")); !maps.EqualFunc(got, want, maps.Equal[map[string]string, map[string]string]) {
		t.Errorf("the file has %d and %d entries, want %d and %d, or others", len(got["a"]), len(got["b"]), len(want["a"]), len(want["b"]))
	}
	if told != 1 {
		t.Errorf("the share that is done is %v at the end", told)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// putRandom puts entries of one part into buckets of which it has one or both, and notes
// what the merged file must have.
func putRandom(tx *bbolt.Tx, random *rand.Rand, part int, want map[string]map[string]string) error {
	for name, entries := range want {
		if random.IntN(4) == 0 {
			continue
		}
		bucket, err := tx.CreateBucket([]byte(name))
		if err != nil {
			return err
		}
		for range 3000 {
			key, value := fmt.Sprint(random.IntN(9000)), strings.Repeat(fmt.Sprint(part), random.IntN(90))
			entries[key] = value
			if err := bucket.Put([]byte(key), []byte(value)); err != nil {
				return err
			}
		}
	}
	return nil
}

func putPart(files *folder.Files, put func(tx *bbolt.Tx) error) error {
	part, err := files.NewPart("room")
	if err != nil {
		return err
	}
	return part.Update(put)
}

func contents(t *testing.T, path string) map[string]map[string]string {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	fails(t, err)
	defer db.Close()
	found := map[string]map[string]string{}
	fails(t, db.View(func(tx *bbolt.Tx) error {
		for problem := range tx.Check() {
			t.Error(problem)
		}
		return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			if string(name) == "meta" {
				return nil
			}
			entries := map[string]string{}
			found[string(name)] = entries
			return bucket.ForEach(func(key, value []byte) error {
				entries[string(key)] = string(value)
				return nil
			})
		})
	}))
	return found
}

func TestAMergeThatEndsEarlyLeavesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		put  func(tx *bbolt.Tx) error
		ends bool
		want string
	}{
		"by its context": {func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("a")); return err }, true, "context canceled"},
		"by a bucket in a bucket": {func(tx *bbolt.Tx) error {
			outer, err := tx.CreateBucket([]byte("a"))
			if err != nil {
				return err
			}
			_, err = outer.CreateBucket([]byte("inner"))
			return err
		}, false, "a bucket in a bucket"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := folder.Restore(dir, all(), func(files *folder.Files) error {
				if err := putPart(files, test.put); err != nil {
					return err
				}
				if test.ends {
					cancel()
				}
				return files.Merge(ctx, "room", func(float64) {})
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Restore: %v", err)
			}
			wantSame(t, dir, map[string][32]byte{})
		})
	}
}

func TestPartsThatAreNotMergedAreDeletedWithTheRestore(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("broken")
	err := folder.Restore(dir, all(), func(files *folder.Files) error {
		return errors.Join(putPart(files, func(*bbolt.Tx) error { return nil }), broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("Restore: %v", err)
	}
	wantSame(t, dir, map[string][32]byte{})
}

func TestTheSequenceOfABucketIsTheHighestOfItsParts(t *testing.T) {
	dir := t.TempDir()
	fails(t, folder.Restore(dir, all(), func(files *folder.Files) error {
		for _, sequence := range []uint64{3, 9, 4} {
			err := putPart(files, func(tx *bbolt.Tx) error {
				bucket, err := tx.CreateBucket([]byte("a"))
				if err != nil {
					return err
				}
				return bucket.SetSequence(sequence)
			})
			if err != nil {
				return err
			}
		}
		return files.Merge(t.Context(), "room", func(float64) {})
	}))
	db, err := bbolt.Open(filepath.Join(dir, "room.db"), 0o600, nil)
	fails(t, err)
	defer db.Close()
	fails(t, db.View(func(tx *bbolt.Tx) error {
		if got := tx.Bucket([]byte("a")).Sequence(); got != 9 {
			t.Errorf("the sequence is %d, want 9", got)
		}
		return nil
	}))
}

// Reads of a page at random must not find half of it empty after a restore.
func TestAMergedFileIsNotMuchLargerThanWhatIsInIt(t *testing.T) {
	dir := t.TempDir()
	size := 0
	fails(t, folder.Restore(dir, all(), func(files *folder.Files) error {
		for part := range 5 {
			err := putPart(files, func(tx *bbolt.Tx) error {
				bucket, err := tx.CreateBucket([]byte("a"))
				for i := range 2000 {
					key := fmt.Appendf(nil, "%08d", i*5+part)
					err = errors.Join(err, bucket.Put(key, bytes.Repeat([]byte("x"), 100)))
					size += len(key) + 100
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return files.Merge(t.Context(), "room", func(float64) {})
	}))
	if file := len(read(t, dir, "room.db")); file > 2*size {
		t.Errorf("%d bytes are in a file of %d", size, file)
	}
}

func TestWhatSeveralPartsHaveOfAKeyIsJoinedInTheirOrder(t *testing.T) {
	dir := t.TempDir()
	joined := folder.Service{Name: "room", Join: func(bucket, before, after []byte) []byte {
		return fmt.Appendf(nil, "%s(%s %s)", bucket, before, after)
	}}
	fails(t, folder.Restore(dir, []folder.Service{joined}, func(files *folder.Files) error {
		for part, key := range []string{"all", "all", "one", "all"} {
			err := putPart(files, func(tx *bbolt.Tx) error {
				bucket, err := tx.CreateBucket([]byte("a"))
				return errors.Join(err, bucket.Put([]byte(key), fmt.Append(nil, part)))
			})
			if err != nil {
				return err
			}
		}
		return files.Merge(t.Context(), "room", func(float64) {})
	}))
	want := map[string]string{"all": "a(0 a(1 3))", "one": "2"}
	if got := contents(t, filepath.Join(dir, "room.db"))["a"]; !maps.Equal(got, want) {
		t.Errorf("the file has %v, want %v", got, want)
	}
}
