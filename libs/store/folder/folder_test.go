package folder_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/folder"
)

var services = []string{"stream", "counter", "room", "signing"} // in the order they start in

func TestAFirstStartMakesEverythingAndTheNextUsesIt(t *testing.T) {
	dir := t.TempDir()
	for _, round := range []string{"first", "second"} {
		if logged := mustPrepare(t, dir); strings.Count(logged, "new data file") != map[string]int{"first": 4}[round] {
			t.Errorf("the %s start logs %s", round, logged)
		}
		fill(t, dir)
	}
	set := metaOf(t, dir, "stream")["set"]
	for _, service := range services {
		got := metaOf(t, dir, service)
		if want := map[string]string{"format": "1", "service": service, "set": set}; fmt.Sprint(got) != fmt.Sprint(want) || set == "" {
			t.Errorf("%s.db says %v, want %v", service, got, want)
		}
	}
	wantNoLeftovers(t, dir)
}

func TestFilesOfAnEarlierVersionAreTakenOver(t *testing.T) {
	for name, files := range map[string][]string{"of one process": services, "of a service alone": {"room"}} {
		dir := t.TempDir()
		for _, service := range files {
			put(t, dir, service, "kept")
		}
		if logged := mustPrepare(t, dir, files...); strings.Count(logged, "taken over") != len(files) {
			t.Errorf("%s: the first start logs %s", name, logged)
		}
		if logged := mustPrepare(t, dir, files...); logged != "" {
			t.Errorf("%s: the second start logs %s", name, logged)
		}
		for _, service := range files {
			if metaOf(t, dir, service)["set"] != metaOf(t, dir, files[0])["set"] || value(t, dir, service) != "kept" {
				t.Errorf("%s: %s.db is of the set %s and holds %q", name, service, metaOf(t, dir, service)["set"], value(t, dir, service))
			}
		}
	}
}

func TestWhatIsNotAsItWasLeftIsRefusedInOneLine(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(t *testing.T, dir string)
		want  []string
	}{
		"missing":               {remove("stream.db"), []string{"stream.db is missing", "restore it from a copy"}},
		"missing, with no list": {both(remove("stream.db"), remove("set")), []string{"stream.db is missing beside counter.db"}},
		"the last one missing, with no list": {
			both(remove("signing.db"), remove("set")), []string{"signing.db is missing", "take its line out of"},
		},
		"empty":               {resize("room.db", 0), []string{"room.db is empty", "restore it"}},
		"empty, with no list": {both(resize("stream.db", 0), remove("set")), []string{"stream.db is empty beside counter.db"}},
		"of one page":         {resize("room.db", 4096), []string{"room.db is truncated: 4096 bytes", "restore it"}},
		"no page long":        {resize("room.db", 100), []string{"room.db is truncated: 100 bytes"}},
		"a text":              {write("room.db", strings.Repeat("hello", 9000)), []string{"room.db is damaged: both meta pages"}},
		"a folder":            {both(remove("room.db"), mkdir("room.db")), []string{"room.db is not a file"}},
		"of another service":  {move("counter.db", "room.db"), []string{"counter.db is missing"}},
		"of another service, both there": {
			swap("counter.db", "room.db"), []string{"counter.db is the file of the service room", "room.db, and restore"},
		},
		"of another set":             {foreign("room"), []string{"room.db is of the set", "restore all files of one copy"}},
		"of another set, no list":    {both(foreign("signing"), remove("set")), []string{"signing.db is of the set"}},
		"of a newer format":          {setMeta("room", "format", "3"), []string{"room.db has format 3, newer than the 1", "start the newer version"}},
		"of a format without number": {setMeta("room", "format", "x"), []string{"room.db is damaged: bucket meta"}},
		"without the set in it":      {setMeta("room", "set", ""), []string{"room.db is damaged: bucket meta"}},
		"a damaged list":             {write("set", "nonsense\n"), []string{"set is damaged", "restore it from a copy, or delete it"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			mustPrepare(t, dir)
			fill(t, dir)
			test.spoil(t, dir)
			before := hashes(t, dir)
			_, err := prepare(dir)
			if err == nil {
				t.Fatal("it was taken")
			}
			for _, want := range append(test.want, dir) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("refused with %q, want %q in it", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("refused in more than one line: %q", err)
			}
			for file, sum := range before {
				if after := hashes(t, dir)[file]; after != sum && file != "set" {
					t.Errorf("%s was changed by what refused it", file)
				}
			}
		})
	}
}

func TestALostFileIsBegunAnewWhenItsLineIsTakenOutOfTheList(t *testing.T) {
	dir := t.TempDir()
	mustPrepare(t, dir)
	fill(t, dir)
	remove("room.db")(t, dir)
	list := filepath.Join(dir, "set")
	raw, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	write("set", strings.ReplaceAll(string(raw), "room.db\n", ""))(t, dir)
	mustPrepare(t, dir)
	if value(t, dir, "stream") != "kept" || metaOf(t, dir, "room")["set"] != metaOf(t, dir, "stream")["set"] {
		t.Error("the others are not as they were, or the new one is not of their set")
	}
}

func TestACopyWithoutItsListIsUsed(t *testing.T) {
	dir := t.TempDir()
	mustPrepare(t, dir)
	fill(t, dir)
	remove("set")(t, dir)
	mustPrepare(t, dir)
	remove("signing.db")(t, dir)
	if _, err := prepare(dir); err == nil || !strings.Contains(err.Error(), "signing.db is missing") {
		t.Errorf("without signing.db: %v", err)
	}
}

func TestOneDamagedMetaPageIsSaidAndTheFileUsed(t *testing.T) {
	for page := range 2 {
		dir := t.TempDir()
		mustPrepare(t, dir)
		fill(t, dir)
		raw := read(t, dir, "stream.db")
		clear(raw[page*os.Getpagesize() : (page+1)*os.Getpagesize()])
		write("stream.db", string(raw))(t, dir)
		if logged := mustPrepare(t, dir); strings.Count(logged, "the last commit may be missing") != 1 || !strings.Contains(logged, "stream.db") {
			t.Errorf("logged %s", logged)
		}
	}
}

func TestAnOlderFormatIsMigratedOnce(t *testing.T) {
	dir := t.TempDir()
	mustPrepare(t, dir, "stream")
	put(t, dir, "stream", "kept")
	path := filepath.Join(dir, "stream.db")
	var log bytes.Buffer
	append2 := func(text string) folder.Migration {
		return func(tx *bbolt.Tx) error {
			records := tx.Bucket([]byte("records"))
			return records.Put([]byte("key"), append(slices.Clone(records.Get([]byte("key"))), text...))
		}
	}
	broken := errors.New("a record that fits nowhere")
	fails := func(*bbolt.Tx) error { return broken }
	err := folder.Prepare(path, []folder.Migration{append2(" two"), fails}, logTo(&log))
	if err == nil || !strings.Contains(err.Error(), "from format 2 to 3: "+broken.Error()) || !strings.Contains(err.Error(), path) {
		t.Errorf("a migration that fails: %v", err)
	}
	for range 2 {
		if err := folder.Prepare(path, []folder.Migration{append2(" two"), append2(" three")}, logTo(&log)); err != nil {
			t.Fatal(err)
		}
	}
	if got := value(t, dir, "stream"); got != "kept two three" || strings.Count(log.String(), "newer format") != 1 {
		t.Errorf("it holds %q; logged %s", got, log.String())
	}
	if err := folder.Prepare(path, []folder.Migration{append2(" two")}, logTo(&log)); err == nil {
		t.Error("the version before takes the newer file")
	}
	other := filepath.Join(t.TempDir(), "stream.db")
	if err := folder.Prepare(other, []folder.Migration{fails}, logTo(&log)); err != nil {
		t.Errorf("a new file of format 2 is migrated: %v", err)
	}
}
