package folder

import (
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"
)

// Files are those that a restore makes, one for each service. Many records come into a
// file by way of parts: each takes some of them in any order, and Merge puts all parts
// into the file in the order of the keys. So the time does not grow faster than what is
// restored, and pages are full.
type Files struct {
	restoring *restoring
	files     map[string]*bbolt.DB
	parts     map[string][]*Part
}

// Part is a file that holds some records of a service until they are merged.
type Part struct{ db *bbolt.DB }

// fast is of files that are synced as wholes, or not at all.
var fast = bbolt.Options{FreelistType: bbolt.FreelistMapType, NoFreelistSync: true, NoSync: true, NoGrowSync: true}

// partGrowth is by how many bytes a part grows. There may be hundreds of them.
const partGrowth = 1 << 20

// Update changes the file of a service. It must not be called while parts of it are not
// merged.
func (f *Files) Update(service string, change func(tx *bbolt.Tx) error) error {
	return f.files[service].Update(change)
}

// NewPart makes an empty part. If several parts have an entry, that of the latest counts, or
// what the service's Join makes of theirs.
// Parts may be changed at the same time, each by one caller.
func (f *Files) NewPart(service string) (*Part, error) {
	path := fmt.Sprintf("%s%s%06d", f.restoring.path(service), temporaryMark, len(f.parts[service]))
	db, err := bbolt.Open(path, 0o600, &fast)
	if err != nil {
		return nil, err
	}
	db.AllocSize = partGrowth
	part := &Part{db}
	f.parts[service] = append(f.parts[service], part)
	return part, nil
}

// Update changes a part.
func (p *Part) Update(change func(tx *bbolt.Tx) error) error { return p.db.Update(change) }

// remove deletes a part.
func (p *Part) remove() error {
	path := p.db.Path() // a closed file has none
	return errors.Join(p.db.Close(), os.Remove(path))
}

func (f *Files) open(r *restoring) error {
	f.restoring, f.files, f.parts = r, map[string]*bbolt.DB{}, map[string][]*Part{}
	for _, service := range r.services {
		db, err := bbolt.Open(r.path(service.Name), 0o600, &fast)
		if err != nil {
			return err
		}
		f.files[service.Name] = db
		if err := db.Update(meta{format: format(service.Migrations), service: service.Name, set: r.set.id}.write); err != nil {
			return err
		}
	}
	return nil
}

// sync puts the files on disk, with their lists of free pages: a start that does not find
// one reads the whole file.
func (f *Files) sync() error {
	for _, db := range f.files {
		db.NoFreelistSync = false
		if err := db.Update(func(*bbolt.Tx) error { return nil }); err != nil {
			return err
		}
		if err := db.Sync(); err != nil {
			return err
		}
	}
	return nil
}

func (f *Files) close() (err error) {
	for _, parts := range f.parts {
		for _, part := range parts {
			err = errors.Join(err, part.remove())
		}
	}
	for _, db := range f.files {
		err = errors.Join(err, db.Close())
	}
	return err
}
