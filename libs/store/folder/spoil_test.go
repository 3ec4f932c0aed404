package folder_test

import (
	"bytes"
	"crypto/sha256"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
)

func prepare(dir string, names ...string) (logged string, err error) {
	if len(names) == 0 {
		names = services
	}
	var log bytes.Buffer
	for _, service := range names {
		if err = folder.Prepare(filepath.Join(dir, service+".db"), nil, logTo(&log)); err != nil {
			break
		}
	}
	return log.String(), err
}

func logTo(log *bytes.Buffer) *slog.Logger { return slog.New(slog.NewJSONHandler(log, nil)) }

func mustPrepare(t *testing.T, dir string, names ...string) (logged string) {
	t.Helper()
	logged, err := prepare(dir, names...)
	if err != nil {
		t.Fatalf("Prepare: %v", err)
	}
	return logged
}

// fill puts something into every file.
func fill(t *testing.T, dir string) {
	t.Helper()
	for _, service := range services {
		put(t, dir, service, "kept")
	}
}

func open(t *testing.T, dir, service string) *bbolt.DB {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, service+".db"), 0o600, &bbolt.Options{NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func update(t *testing.T, dir, service string, change func(tx *bbolt.Tx) error) {
	t.Helper()
	db := open(t, dir, service)
	defer db.Close()
	if err := db.Update(change); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, dir, service, value string) {
	t.Helper()
	update(t, dir, service, func(tx *bbolt.Tx) error {
		records, err := tx.CreateBucketIfNotExists([]byte("records"))
		if err != nil {
			return err
		}
		for key := range strings.FieldsSeq("key other " + strings.Repeat("x", 3000)) {
			if err := records.Put([]byte(key), []byte(value)); err != nil {
				return err
			}
		}
		return nil
	})
}

func value(t *testing.T, dir, service string) (value string) {
	t.Helper()
	update(t, dir, service, func(tx *bbolt.Tx) error {
		value = string(tx.Bucket([]byte("records")).Get([]byte("key")))
		return nil
	})
	return value
}

func metaOf(t *testing.T, dir, service string) map[string]string {
	t.Helper()
	found := map[string]string{}
	update(t, dir, service, func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("meta")).ForEach(func(key, value []byte) error {
			found[string(key)] = string(value)
			return nil
		})
	})
	return found
}

// spoil makes a folder other than it was left.
type spoil func(t *testing.T, dir string)

func both(first, second spoil) spoil {
	return func(t *testing.T, dir string) { first(t, dir); second(t, dir) }
}

func fails(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func remove(name string) spoil {
	return func(t *testing.T, dir string) { fails(t, os.Remove(filepath.Join(dir, name))) }
}

func mkdir(name string) spoil {
	return func(t *testing.T, dir string) { fails(t, os.Mkdir(filepath.Join(dir, name), 0o700)) }
}

func resize(name string, size int64) spoil {
	return func(t *testing.T, dir string) { fails(t, os.Truncate(filepath.Join(dir, name), size)) }
}

func write(name, text string) spoil {
	return func(t *testing.T, dir string) { fails(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)) }
}

func move(from, to string) spoil {
	return func(t *testing.T, dir string) { fails(t, os.Rename(filepath.Join(dir, from), filepath.Join(dir, to))) }
}

func swap(one, other string) spoil {
	return both(move(one, "swapped"), both(move(other, one), move("swapped", other)))
}

// foreign puts the file of another folder there.
func foreign(service string) spoil {
	return func(t *testing.T, dir string) {
		other := t.TempDir()
		mustPrepare(t, other)
		fill(t, other)
		fails(t, os.Rename(filepath.Join(other, service+".db"), filepath.Join(dir, service+".db")))
	}
}

func setMeta(service, key, value string) spoil {
	return func(t *testing.T, dir string) {
		update(t, dir, service, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte(key), []byte(value)) })
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	fails(t, err)
	return raw
}

// hashes are the contents of the files of a folder.
func hashes(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	fails(t, err)
	sums := map[string][32]byte{}
	for _, entry := range entries {
		if entry.Type().IsRegular() {
			sums[entry.Name()] = sha256.Sum256(read(t, dir, entry.Name()))
		}
	}
	return sums
}

func wantNoLeftovers(t *testing.T, dir string) {
	t.Helper()
	for name := range hashes(t, dir) {
		if strings.Contains(name, ".new-") {
			t.Errorf("%s was left over", name)
		}
	}
}
