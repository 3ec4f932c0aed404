package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
)

func all() (list []folder.Service) {
	for _, name := range services {
		list = append(list, folder.Service{Name: name})
	}
	return list
}

// restored puts a value into the file of each service.
func restored(files *folder.Files) error {
	for _, name := range services {
		err := files.Update(name, func(tx *bbolt.Tx) error {
			records, err := tx.CreateBucketIfNotExists([]byte("records"))
			if err != nil {
				return err
			}
			return records.Put([]byte("key"), []byte("restored"))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func TestARestoredFolderIsUsedAsIfItHadBeenThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	fails(t, folder.Restore(dir, all(), restored))
	mustPrepare(t, dir)
	for _, service := range services {
		if got := value(t, dir, service); got != "restored" {
			t.Errorf("%s has %q", service, got)
		}
	}
	remove("room.db")(t, dir)
	if _, err := prepare(dir); err == nil || !strings.Contains(err.Error(), "room.db is missing") {
		t.Errorf("a file that is lost later: %v", err)
	}
}

func TestNothingIsRestoredOverWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	mustPrepare(t, dir)
	before := hashes(t, dir)
	err := folder.Restore(dir, all(), restored)
	if err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("Restore: %v", err)
	}
	wantSame(t, dir, before)
}

func TestARestoreThatFailsLeavesTheFolderAsItWas(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("broken")
	err := folder.Restore(dir, all(), func(files *folder.Files) error { return errors.Join(restored(files), broken) })
	if !errors.Is(err, broken) {
		t.Errorf("Restore: %v", err)
	}
	wantSame(t, dir, map[string][32]byte{})
	fails(t, folder.Restore(dir, all(), restored))
}

// What a kill can leave, in the order of a restore.
func TestARestoreThatWasKilledIsRefusedUntilItIsDoneAgain(t *testing.T) {
	names := strings.Join(services, "\n") + "\n"
	for name, leave := range map[string]spoil{
		"an empty working folder": mkdir("restoring"),
		"no list of services":     both(mkdir("restoring"), write("restoring/lock", "")),
		"half a file":             both(mkdir("restoring"), both(write("restoring/lock", names), write("restoring/stream.db", "half"))),
		"two files of four": both(mkdir("restoring"), both(write("restoring/lock", names),
			func(t *testing.T, dir string) { made(services[:2]...)(t, dir) })),
		"all files, and no list": both(mkdir("restoring"), both(write("restoring/lock", names),
			func(t *testing.T, dir string) { made(services...)(t, dir) })),
		"all files, and a list": both(mkdir("restoring"), both(write("restoring/lock", names),
			both(made(services...), write("set", "set A\nstream.db\n")))),
		"a folder that was to be deleted": mkdir("restoring.old"),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			leave(t, dir)
			if _, err := prepare(dir); name != "a folder that was to be deleted" && (err == nil || !strings.Contains(err.Error(), "restoring is there")) {
				t.Errorf("a start: %v", err)
			} else if err == nil {
				return // an empty folder was prepared
			}
			fails(t, folder.Restore(dir, all(), restored))
			mustPrepare(t, dir)
			for _, service := range services {
				if got := value(t, dir, service); got != "restored" {
					t.Errorf("%s has %q", service, got)
				}
			}
			if list, _ := os.ReadDir(dir); slices.ContainsFunc(list, func(e os.DirEntry) bool { return e.IsDir() }) {
				t.Errorf("left: %v", list)
			}
		})
	}
}

func TestAnUnfinishedRestoreOfOthersIsNotTouched(t *testing.T) {
	dir := t.TempDir()
	both(mkdir("restoring"), write("restoring/lock", "stream\nroom\n"))(t, dir)
	err := folder.Restore(dir, []folder.Service{{Name: "room"}}, restored)
	if err == nil || !strings.Contains(err.Error(), "stream, room") {
		t.Errorf("Restore: %v", err)
	}
}

func TestServicesAreRestoredIntoOneFolderOneByOne(t *testing.T) {
	dir := t.TempDir()
	for _, name := range services {
		fails(t, folder.Restore(dir, []folder.Service{{Name: name}}, func(*folder.Files) error { return nil }))
	}
	mustPrepare(t, dir)
}

func TestAFileOfAnOlderFormatIsReadAsTheNewestAndStaysAsItIs(t *testing.T) {
	dir := t.TempDir()
	mustPrepare(t, dir)
	fill(t, dir)
	newer := all()
	newer[1].Migrations = []folder.Migration{func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("records")).Put([]byte("key"), []byte("migrated"))
	}}
	before := hashes(t, dir)
	err := folder.Read(dir, newer, func(set string, txs map[string]*bbolt.Tx) error {
		for _, service := range newer {
			want := "kept"
			if service.Migrations != nil {
				want = "migrated"
			}
			if got := string(txs[service.Name].Bucket([]byte("records")).Get([]byte("key"))); got != want || set == "" {
				t.Errorf("%s of set %q has %q, want %q", service.Name, set, got, want)
			}
		}
		return nil
	})
	fails(t, err)
	wantSame(t, dir, before)
}

func wantSame(t *testing.T, dir string, before map[string][32]byte) {
	t.Helper()
	after := hashes(t, dir)
	for name := range after {
		if after[name] != before[name] {
			t.Errorf("%s has changed", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("there are %d files, want %d", len(after), len(before))
	}
}
