package pages_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/boltfile/pages"
)

// counted counts the reads of a file.
type counted struct {
	*bytes.Reader
	reads int
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	c.reads++
	return c.Reader.ReadAt(p, off)
}

// many is a file of many records, with or without the list of its free pages.
func many(t *testing.T, listed bool) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "many.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: !listed})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		bucket, err := tx.CreateBucket([]byte("records"))
		for i := 0; err == nil && i < 20_000; i++ {
			err = bucket.Put(fmt.Appendf(nil, "key %08d", i), bytes.Repeat([]byte("v"), 100))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// readsOf returns how often a check has read the file, and what it has reported.
func readsOf(raw []byte) (reads int, problems []string) {
	file := &counted{Reader: bytes.NewReader(raw)}
	pages.CheckLarge(file, int64(len(raw)), func(problem string) { problems = append(problems, problem) })
	return file.reads, problems
}

func TestAStartReadsFewPagesOfALargeFile(t *testing.T) {
	raw := many(t, true)
	reads, problems := readsOf(raw)
	if all := used(t, raw); reads > all/20 || len(problems) > 0 {
		t.Errorf("%d of %d pages were read, found %q", reads, all, problems)
	}
}

func TestAStartReadsAllOfAFileThatBboltWillReadWhole(t *testing.T) {
	raw := many(t, false)
	reads, problems := readsOf(raw)
	if all := used(t, raw); reads < all*9/10 || len(problems) > 0 {
		t.Errorf("%d of %d pages were read, found %q", reads, all, problems)
	}
}

func TestAStartFindsADamagedPageThatLeadsToOthers(t *testing.T) {
	raw := many(t, true)
	found := 0
	for at := 0; at+16 < len(raw); at += os.Getpagesize() {
		if raw[at+8] != 1 { // no branch
			continue
		}
		found++
		damaged := bytes.Clone(raw)
		damaged[at+10] ^= 0xff // its number of elements
		if _, problems := readsOf(damaged); len(problems) == 0 {
			t.Errorf("the damaged branch at %d was not found", at)
		}
	}
	if found == 0 {
		t.Fatal("the file has no branch")
	}
}
