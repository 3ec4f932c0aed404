package pages_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/boltfile/pages"
)

func TestAWholeFileHasNothingToReport(t *testing.T) {
	for name, raw := range map[string][]byte{
		"new":                              newFile(t, true, func(*bbolt.Tx) error { return nil }),
		"of many pages":                    full(t, true),
		"with its list of free pages":      full(t, false),
		"before its first commit":          newFile(t, false, nil),
		"with many pages that became free": freed(t),
	} {
		if got := check(raw); len(got) > 0 {
			t.Errorf("a file %s: %q", name, got)
		}
	}
}

func TestAFileThatEndsBeforeItsPagesDoIsTruncated(t *testing.T) {
	raw := full(t, true)
	page := os.Getpagesize()
	inUse := used(t, raw)
	for size := 0; size < inUse*page; size += page {
		for _, size := range []int{size, size + 1, size + page - 1} {
			if got := check(raw[:size]); len(got) != 1 {
				t.Errorf("%d of %d bytes: %q, want one problem", size, len(raw), got)
			}
		}
	}
	if got := check(raw[:inUse*page]); len(got) > 0 {
		t.Errorf("without its unused end: %q", got)
	}
}

func TestADamagedPageIsReportedWithItsBucket(t *testing.T) {
	raw := full(t, true)
	page := os.Getpagesize()
	for name, test := range map[string]struct {
		damage func(raw []byte)
		want   string
	}{
		"both metas":  {func(raw []byte) { clear(raw[:2*page]) }, "both meta pages are damaged"},
		"one meta":    {func(raw []byte) { clear(raw[:page]) }, pages.SpareMeta},
		"the other":   {func(raw []byte) { clear(raw[page : 2*page]) }, pages.SpareMeta},
		"a text file": {func(raw []byte) { copy(raw, bytes.Repeat([]byte("hello "), len(raw)/6)) }, "both meta pages are damaged"},
	} {
		damaged := slices.Clone(raw)
		test.damage(damaged)
		if got := check(damaged); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	named := map[string]bool{}
	for id := 2; id < used(t, raw); id++ {
		damaged := slices.Clone(raw)
		clear(damaged[id*page : (id+1)*page])
		for _, problem := range check(damaged) {
			if bucket, ok := strings.CutPrefix(problem, "bucket "); ok {
				bucket, _, _ = strings.Cut(bucket, ",")
				named[bucket] = true
			}
		}
	}
	for _, bucket := range []string{"many", "large/inner"} {
		if !named[bucket] {
			t.Errorf("no damage was reported of bucket %s, only of %v", bucket, named)
		}
	}
}

// Whatever the damage: what is not reported does bbolt no harm. A panic of bbolt
// in its own goroutine would end the test.
func TestWhatIsNotReportedCanBeHandedToBbolt(t *testing.T) {
	raw := full(t, true)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same damage each time
	reported, rounds := 0, 400
	path := filepath.Join(t.TempDir(), "damaged.db")
	for range rounds {
		damaged := slices.Clone(raw)
		for range 1 + random.IntN(3) {
			at := random.IntN(used(t, raw)) * os.Getpagesize()
			switch random.IntN(4) {
			case 0: // the page of another time
				copy(damaged[at:at+os.Getpagesize()], raw[random.IntN(used(t, raw))*os.Getpagesize():])
			case 1: // its head
				damaged[at+random.IntN(64)] ^= byte(1 << random.IntN(8))
			default:
				damaged[at+random.IntN(os.Getpagesize())] = byte(random.Uint32())
			}
		}
		if got := check(damaged); len(got) > 0 {
			reported++
			continue
		}
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		readAll(t, path)
	}
	if reported == 0 || reported == rounds {
		t.Errorf("%d of %d damaged files were reported", reported, rounds)
	}
}

// readAll opens a file to write, which reads all pages, and reads all of it.
func readAll(t *testing.T, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true, NoSync: true})
	if err != nil {
		t.Fatalf("bbolt: %v", err)
	}
	defer db.Close()
	err = db.Update(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(_, _ []byte) error { return nil })
		})
	})
	if err != nil {
		t.Errorf("bbolt: %v", err)
	}
}

func check(raw []byte) (problems []string) {
	pages.Check(bytes.NewReader(raw), int64(len(raw)), func(problem string) { problems = append(problems, problem) })
	return problems
}

// used is the number of pages in use.
func used(t *testing.T, raw []byte) int {
	t.Helper()
	for n := len(raw) / os.Getpagesize(); n > 0; n-- {
		if got := check(raw[:(n-1)*os.Getpagesize()]); len(got) == 1 && strings.HasPrefix(got[0], "truncated") || n == 1 {
			return n
		}
	}
	t.Fatal("no page is in use")
	return 0
}

// full is a file with everything a page can be: branches, leaves, values that
// overflow, a small bucket, and one within another.
func full(t *testing.T, noFreelist bool) []byte {
	t.Helper()
	return newFile(t, noFreelist, fill)
}

func fill(tx *bbolt.Tx) error {
	for _, name := range []string{"many", "small", "large"} {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	inner, err := tx.Bucket([]byte("large")).CreateBucketIfNotExists([]byte("inner"))
	if err != nil {
		return err
	}
	if err := tx.Bucket([]byte("small")).Put([]byte("key"), []byte("value of small")); err != nil {
		return err
	}
	for i := range 400 {
		if err := tx.Bucket([]byte("many")).Put(fmt.Appendf(nil, "key %d", i), bytes.Repeat([]byte("value of many"), 5)); err != nil {
			return err
		}
		if i%40 != 0 {
			continue
		}
		if err := inner.Put(fmt.Appendf(nil, "key %d", i), bytes.Repeat([]byte("value of inner"), 700)); err != nil {
			return err
		}
	}
	return nil
}

func freed(t *testing.T) []byte {
	t.Helper()
	again := fill
	return newFile(t, true, fill, func(tx *bbolt.Tx) error {
		for i := range 399 {
			if err := tx.Bucket([]byte("many")).Delete(fmt.Appendf(nil, "key %d", i)); err != nil {
				return err
			}
		}
		return nil
	}, again)
}

// newFile returns the bytes of a file after some commits.
func newFile(t *testing.T, noFreelist bool, commits ...func(*bbolt.Tx) error) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: noFreelist, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, commit := range commits {
		if commit == nil {
			continue
		}
		if err := db.Update(commit); err != nil {
			t.Fatal(err)
		}
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
