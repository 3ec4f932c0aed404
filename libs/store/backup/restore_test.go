package backup_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/store/archive"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/libs/store/redisdb/redistest"
)

// opened is an archive of one record in each section.
func opened(t *testing.T, names ...string) *archive.Archive {
	t.Helper()
	var sections []archive.Section
	for _, name := range names {
		sections = append(sections, archive.Section{Name: name, Format: 1})
	}
	return openedWith(t, sections)
}

func openedWith(t *testing.T, sections []archive.Section) *archive.Archive {
	t.Helper()
	var file bytes.Buffer
	w, err := archive.NewWriter(&file, archive.Manifest{Sections: sections})
	for range sections {
		if err == nil {
			err = w.Begin()
		}
		if err == nil {
			err = w.Put("a record")
		}
	}
	if err == nil {
		_, err = w.Close()
	}
	path := filepath.Join(t.TempDir(), "archive")
	if err == nil {
		err = os.WriteFile(path, file.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// service fails so many times, and then not.
func service(fails int, err error, tries *int) backup.Service {
	return backup.Service{
		Service: folder.Service{Name: "room"}, Format: 1,
		RedisKeys: func(db *redisdb.DB) []string { return []string{db.Pattern("room", "*")} },
		IntoRedis: func(context.Context, *redisdb.DB, [][]byte) error {
			if *tries++; *tries <= fails {
				return err
			}
			return nil
		},
	}
}

func TestARedisThatIsBusyForSomeSecondsEndsNoRestore(t *testing.T) {
	busy := apierr.New(apierr.Storage, "i/o timeout")
	for name, test := range map[string]struct {
		err   error
		tries int
	}{"busy": {busy, 4}, "a record that cannot be read": {os.ErrInvalid, 1}} {
		t.Run(name, func(t *testing.T) {
			db := redistest.Connect(t, redisdb.Config{Addrs: []string{miniredis.RunT(t).Addr()}, Prefix: redistest.Prefix()}, nil)
			tries := 0
			restoring, err := backup.NewRestoring(opened(t, "room"), []backup.Service{service(3, test.err, &tries)})
			if err != nil {
				t.Fatal(err)
			}
			if err := restoring.IntoRedis(t.Context(), db); (err == nil) != (test.tries == 4) || tries != test.tries {
				t.Errorf("after %d tries: %v", tries, err)
			}
			if unfinished, err := db.IsRestoring(t.Context(), "room"); unfinished || err != nil {
				t.Errorf("it is left unfinished: %v, %v", unfinished, err)
			}
		})
	}
}

func TestAnArchiveWithTwoSectionsOfAServiceIsRefused(t *testing.T) {
	tries := 0
	_, err := backup.NewRestoring(opened(t, "room", "room"), []backup.Service{service(0, nil, &tries)})
	if err == nil || !strings.Contains(err.Error(), "two sections of room") {
		t.Errorf("NewRestoring: %v", err)
	}
}

func TestAnArchiveOfAFormatThatThereIsNotIsRefused(t *testing.T) {
	for format, want := range map[int]string{-1: "of format -1", 0: "of format 0", 2: "newer than the 1"} {
		tries := 0
		a := openedWith(t, []archive.Section{{Name: "room", Format: format}})
		if _, err := backup.NewRestoring(a, []backup.Service{service(0, nil, &tries)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("format %d: %v", format, err)
		}
	}
}
