package boltfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/store/boltfile"
)

func TestNothingIsAcknowledgedIntoAFileThatNobodyWillFind(t *testing.T) {
	for name, test := range map[string]struct {
		take func(dir string) error
		want string
	}{
		"the folder was deleted": {os.RemoveAll, "notes.db was deleted while it was in use"},
		"the folder was moved":   {func(dir string) error { return os.Rename(dir, dir+"2") }, "notes.db was deleted while it was in use"},
		"the file was replaced": {func(dir string) error {
			path := filepath.Join(dir, "notes.db")
			raw, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path+"2", raw, 0o600), os.Rename(path+"2", path))
		}, "notes.db was replaced while it was in use"},
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			f := open(t, path)
			mustUpdate(t, f, put("a", "1"))
			if err := test.take(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				err := f.Update(t.Context(), put("b", "2"))
				if apierr.CodeOf(err) != apierr.Storage || !strings.Contains(err.Error(), test.want) {
					t.Errorf("Update: %v, want %s with %q", err, apierr.Storage, test.want)
				}
			}
			if f.State()["a"] != "1" {
				t.Error("what was known is not known any more")
			}
		})
	}
}

func TestAFolderThatIsPutBackIsUsedAgain(t *testing.T) {
	path := newPath(t)
	f := open(t, path)
	dir := filepath.Dir(path)
	for _, move := range [][2]string{{dir, dir + "2"}, {dir + "2", dir}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			t.Fatal(err)
		}
	}
	mustUpdate(t, f, put("a", "1"))
}

func TestAPanicWhileAFileIsOpenedIsAnErrorThatNamesIt(t *testing.T) {
	path := newPath(t)
	_, err := boltfile.Open(path, nil, func(*bbolt.Tx) (notes, error) { panic("a page that is damaged") })
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "damaged: a page") {
		t.Errorf("Open: %v", err)
	}
	open(t, path)
}

func TestAReadBeyondTheEndOfAFileIsAnErrorOfOneLine(t *testing.T) {
	path := newPath(t)
	f := open(t, path)
	mustUpdate(t, f, put("a", strings.Repeat("x", 1<<20)))
	err := f.View(func(tx *bbolt.Tx) error {
		value := tx.Bucket(bucket).Get([]byte("a"))
		if err := os.Truncate(path, 8192); err != nil {
			return err
		}
		return boltfile.Guard(func() error {
			if value[len(value)-1] != 'x' { // what was mapped there has gone
				return errors.New("it reads as something else")
			}
			return nil
		})
	})
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "damaged: ") {
		t.Errorf("read: %v", err)
	}
}
