package upgrade_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

// Whoever goes back a version is told so before anything is read or written.
func TestWhatALaterVersionHasStoredIsRefusedInOneLineThatNamesTheFile(t *testing.T) {
	built := deployments.Build(t)
	frozen := filepath.Join("testdata", versions(t)[0])
	for _, service := range []string{"counter", "room", "signing", "stream"} {
		t.Run("data of "+service, func(t *testing.T) {
			store := deployments.Bbolt(t)
			unpack(t, filepath.Join(frozen, "data.tar.gz"), store["XZB_DATA_DIR"])
			path := filepath.Join(store["XZB_DATA_DIR"], service+".db")
			must(t, folder.Prepare(path, later(), slog.New(slog.DiscardHandler)))
			before := sha256.Sum256(read(t, path))
			refuses(t, built, store, path, "-listen-http=127.0.0.1:0", "-listen-ops=off")
			if sha256.Sum256(read(t, path)) != before {
				t.Error("what is refused was changed")
			}
		})
		t.Run("backup with records of "+service, func(t *testing.T) {
			content := bytes.Replace(read(t, filepath.Join(frozen, "backup")),
				fmt.Appendf(nil, `{"name":%q,"format":1}`, service), fmt.Appendf(nil, `{"name":%q,"format":99}`, service), 1)
			restoreIsRefused(t, built, content)
		})
	}
	t.Run("backup", func(t *testing.T) {
		restoreIsRefused(t, built, bytes.Replace(read(t, filepath.Join(frozen, "backup")), []byte("backup 1\n"), []byte("backup 99\n"), 1))
	})
}

// Redis tells of every service whether a later version was there: to whoever starts on it, backs it up, checks it, or
// restores into it.
func TestWhatALaterVersionHasKeptInRedisIsRefusedInOneLine(t *testing.T) {
	built, address := deployments.Build(t), redistest.Start(t).Addr()
	frozen := filepath.Join("testdata", versions(t)[0], "backup")
	for _, service := range []string{"counter", "room", "signing", "stream"} {
		store := deployments.Redis(address, "", "")(t)
		prefix := store["XZB_REDIS_PREFIX"]
		redistest.Load(t, address, prefix, fmt.Appendf(nil, `"SET" "PREFIX:format:{services}:%s" "99"`, service))
		file := filepath.Join(t.TempDir(), "backup")
		for _, args := range [][]string{
			{"-listen-http=127.0.0.1:0", "-listen-ops=off"},
			{"backup", "-output", file},
			{"check"},
			{"restore", frozen},
		} {
			refuses(t, built, store, service+` under the prefix "`+prefix+`"`, args...)
		}
		if left, err := filepath.Glob(file + "*"); len(left) > 0 || err != nil {
			t.Errorf("of the backup that was refused there is %v, %v", left, err)
		}
		if kept := string(redistest.Dump(t, address, prefix+"format:{services}:"+service)); !strings.Contains(kept, `"99"`) {
			t.Errorf("what is refused was changed: %s", kept)
		}
	}
}

// Whoever restores with this version and starts a later one, or the other way round, finds the note, too.
func TestARestoreNotesTheFormatOfItsKeys(t *testing.T) {
	built, address := deployments.Build(t), redistest.Start(t).Addr()
	store := deployments.Redis(address, "", "")(t)
	built.Must(t, client.Changed(settings(), store), "restore", filepath.Join("testdata", versions(t)[0], "backup"))
	kept := redistest.Dump(t, address, store["XZB_REDIS_PREFIX"])
	for _, service := range []string{"counter", "room", "signing", "stream"} {
		if !bytes.Contains(kept, fmt.Appendf(nil, `"PREFIX:format:{services}:%s" "%d"`, service, redisdb.Format)) {
			t.Errorf("no format of %s is noted in\n%s", service, kept)
		}
	}
}

// later are the migrations of a version that has many more than this one.
func later() []folder.Migration {
	migrations := make([]folder.Migration, 98)
	for i := range migrations {
		migrations[i] = unchanged
	}
	return migrations
}

func unchanged[T any](T) error { return nil }

// restoreIsRefused gives a file its sum anew, so that nothing but its version can be refused.
func restoreIsRefused(t *testing.T, built deployments.Programs, content []byte) {
	t.Helper()
	end := bytes.LastIndex(content, []byte("\nsha256 ")) + 1
	content = fmt.Appendf(content[:end:end], "sha256 %x\n", sha256.Sum256(content[:end]))
	store, path := deployments.Bbolt(t), filepath.Join(t.TempDir(), "backup")
	write(t, path, content)
	store["XZB_DATA_DIR"] = filepath.Join(store["XZB_DATA_DIR"], "new")
	refuses(t, built, store, path, "restore", path)
}

// refuses starts the program and wants it to end with a line about the file.
func refuses(t *testing.T, built deployments.Programs, store map[string]string, path string, args ...string) {
	t.Helper()
	output, err := built.Command(client.Changed(settings(), store), 5*time.Minute, args...)
	if err == nil {
		t.Fatal("it was taken")
	}
	lines := strings.Split(strings.TrimSpace(output), "\n")
	last := lines[len(lines)-1]
	if !strings.HasPrefix(last, "standalone: ") || !strings.Contains(last, path) || !strings.Contains(last, "format 99, newer than th") {
		t.Errorf("refused with %q", output)
	}
}
