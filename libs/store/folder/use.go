package folder

import (
	"errors"
	"fmt"
	"path/filepath"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/libs/store/boltfile/pages"
)

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
