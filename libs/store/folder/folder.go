// Package folder is the data folder: which files belong to it, of which format they are,
// and whether they are whole. A file that is not as it was left is refused in one line that
// names the file and says what to do; an empty file in the place of a lost one would be a
// silent loss of everything in it.
package folder

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// file is one file of a folder that is being prepared.
type file struct {
	path       string
	name       string // of the file: stream.db
	service    string // whose it must be: stream
	migrations []Migration
	set        set
	log        *slog.Logger
}

// Prepare makes the file at path ready to be opened, and its folder. A file that
// is damaged, newer than the migrations know, of another set or service, or
// missing although it was there, is an error. One that is not to be there yet is
// made, one of an older format migrated. The process may end at any moment of it
// and do it again.
func Prepare(path string, migrations []Migration, log *slog.Logger) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("create data folder: %w", err)
	}
	if err := unfinished(filepath.Dir(path)); err != nil {
		return err
	}
	f, err := newFile(path, migrations)
	if err != nil {
		return err
	}
	f.log = log
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return f.make()
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return refusal(path, "is not a file", "move it away and restore the file from a copy")
	case info.Size() == 0:
		return f.remake()
	}
	return f.use()
}

func newFile(path string, migrations []Migration) (*file, error) {
	name := filepath.Base(path)
	files, err := readSet(filepath.Dir(path))
	return &file{
		path: path, name: name, service: strings.TrimSuffix(name, filepath.Ext(name)), migrations: migrations, set: files,
	}, err
}

func refusal(path, problem, remedy string) error {
	return fmt.Errorf("%s %s: %s", path, problem, remedy)
}
