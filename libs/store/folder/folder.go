// Package folder is the data folder: which files belong to it, of which format they are,
// and whether they are whole. A file that is not as it was left is refused in one line that
// names the file and says what to do; an empty file in the place of a lost one would be a
// silent loss of everything in it.
package folder

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/libs/store/boltfile/pages"
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

// make makes the file, unless it should have been there.
func (f *file) make() error {
	if err := f.expected("is missing"); err != nil {
		return err
	}
	if f.set.id == "" {
		if err := f.set.begin(newID(), nil); err != nil {
			return err
		}
	}
	if err := f.create(); err != nil {
		return fmt.Errorf("create %s: %w", f.path, err)
	}
	f.log.Info("new data file", "file", f.path, "set", f.set.id)
	return f.set.add(f.name)
}

// remake makes a file where an empty one is: that holds nothing, but something
// that is listed should.
func (f *file) remake() error {
	if err := f.expected("is empty"); err != nil {
		return err
	}
	if err := os.Remove(f.path); err != nil {
		return err
	}
	return f.make()
}

// expected is an error if the file should be there, with all it held.
func (f *file) expected(problem string) error {
	if f.set.lists(f.name) {
		return refusal(f.path, problem, "restore it from a copy, or, to begin without what it held, take its line out of "+f.set.path)
	}
	if f.set.id != "" {
		return nil
	}
	for _, other := range present(filepath.Dir(f.path)) {
		if other.name != f.name && other.size > 0 {
			if begun, err := f.begunMeanwhile(); begun || err != nil {
				return err
			}
			return refusal(f.path, problem+" beside "+other.name, "restore it from the copy that the others are of")
		}
	}
	return nil
}

// begunMeanwhile reports whether there is a list by now that does not have the
// file: a process that started together with this one has made list and files.
func (f *file) begunMeanwhile() (bool, error) {
	found, err := readSet(filepath.Dir(f.path))
	if err != nil || found.id == "" || found.lists(f.name) {
		return false, err
	}
	f.set = found
	return true, nil
}

// create gives a file its name only when it is whole.
func (f *file) create() error {
	sweep(f.path)
	sweep(f.set.path)
	temporary, err := writeTemporary(f.path, "")
	if err != nil {
		return err
	}
	err = boltfile.Guard(func() error {
		db, err := bbolt.Open(temporary, 0o600, &bbolt.Options{NoFreelistSync: true})
		if err != nil {
			return err
		}
		return errors.Join(db.Update(meta{format: format(f.migrations), service: f.service, set: f.set.id}.write), db.Close())
	})
	if err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return publish(temporary, f.path)
}

// use checks a file that is there, and brings it up to date.
func (f *file) use() error {
	var found meta
	problems, err := f.inspect(pages.CheckQuickly, func(tx *bbolt.Tx) (err error) {
		if found, err = readMeta(tx); err != nil {
			return f.damaged(err.Error())
		}
		return f.suits(found)
	})
	if err := f.judge(problems, err); err != nil {
		return err
	}
	if err := f.join(found.set); err != nil {
		return err
	}
	if found.format < format(f.migrations) {
		if err := f.update(found); err != nil {
			return refusal(f.path, "cannot be used: "+err.Error(), "put that right, or go back to the version before")
		}
	}
	if f.set.lists(f.name) {
		return nil
	}
	sweep(f.path) // a process has ended before it could list the file
	sweep(f.set.path)
	return f.set.add(f.name)
}

// judge tells whether a file can be used, by what an inspection has found.
func (f *file) judge(problems []string, err error) error {
	for _, problem := range problems {
		if problem != pages.SpareMeta {
			return f.damaged(problem)
		}
		f.log.Warn(problem, "file", f.path, "remedy", "if what is missing matters, restore all files of the set from a copy")
	}
	return err
}

// pageCheck is one of the checks of package pages.
type pageCheck func(file io.ReaderAt, size int64, report func(problem string))

// inspect holds a file, unless another process does, and returns what pagesOf finds
// wrong with its pages. If nothing is that bbolt would mind, read reads it.
func (f *file) inspect(pagesOf pageCheck, read func(tx *bbolt.Tx) error) (problems []string, err error) {
	raw, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = raw.Close() }() // it was only read
	check := func() (whole bool) {
		whole = true
		var size int64
		if info, err := raw.Stat(); err == nil {
			size = info.Size()
		}
		pagesOf(raw, size, func(problem string) {
			problems = append(problems, problem)
			whole = whole && problem == pages.SpareMeta
		})
		return whole
	}
	err = boltfile.Guard(func() error {
		db, err := bbolt.Open(f.path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: boltfile.LockTimeout})
		if errors.Is(err, bolterrors.ErrTimeout) {
			return boltfile.InUse(f.path)
		}
		if err != nil {
			if !check() {
				return nil // the problems say it better
			}
			return fmt.Errorf("open %s: %w", f.path, err)
		}
		if check() {
			err = db.View(read)
		}
		return errors.Join(err, db.Close())
	})
	return problems, err
}

func (f *file) damaged(problem string) error {
	if strings.HasPrefix(problem, "truncated") {
		return refusal(f.path, "is "+problem, "restore it from a copy")
	}
	return refusal(f.path, "is damaged: "+problem, "restore it from a copy")
}

// suits tells whether a file is one that this program can use in this place.
func (f *file) suits(found meta) error {
	switch newest := format(f.migrations); {
	case found.format > newest:
		return refusal(f.path, fmt.Sprintf("has format %d, newer than the %d that this version knows", found.format, newest),
			"start the newer version, or restore the files from a copy that this version made")
	case found.service != "" && found.service != f.service:
		return refusal(f.path, "is the file of the service "+found.service,
			fmt.Sprintf("give it back the name %s.db, and restore %s from a copy", found.service, f.name))
	case found.set != "" && f.set.id != "" && found.set != f.set.id:
		return refusal(f.path, fmt.Sprintf("is of the set %s, the folder is of %s", found.set, f.set.id),
			"restore all files of one copy together, with their file "+setName+" or without one")
	}
	return nil
}

// join brings a folder under a set that has no list of it yet: the set of the
// file, or a new one if the file was made before there were sets.
func (f *file) join(id string) error {
	if f.set.id != "" {
		return nil
	}
	if id == "" {
		id = newID()
	}
	return f.set.begin(id, listed(filepath.Dir(f.path), f.name))
}

// update gives a file the newest format.
func (f *file) update(found meta) error {
	before := found.format
	next := meta{format: max(found.format, 1), service: f.service, set: f.set.id}
	err := boltfile.Guard(func() error {
		db, err := bbolt.Open(f.path, 0o600, &bbolt.Options{NoFreelistSync: true, Timeout: boltfile.LockTimeout})
		if err != nil {
			return err
		}
		err = db.Update(func(tx *bbolt.Tx) error {
			if err := next.migrate(tx, f.migrations); err != nil {
				return err
			}
			return next.write(tx)
		})
		return errors.Join(err, db.Close())
	})
	if err != nil {
		return err
	}
	if before == 0 {
		f.log.Info("data file of an earlier version taken over", "file", f.path, "set", f.set.id, "format", next.format)
	} else {
		f.log.Info("data file brought to a newer format", "file", f.path, "before", before, "format", next.format)
	}
	return nil
}
