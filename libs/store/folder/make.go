package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/boltfile"
)

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
