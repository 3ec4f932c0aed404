package folder

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/libs/store/boltfile/pages"
)

// Service is a service with a file in the folder, and how its file is read.
type Service struct {
	Name       string
	Migrations []Migration
	// Check reads every record of the file, and reports those that the service
	// could not use.
	Check func(tx *bbolt.Tx, report Report)
	// Join makes one value of those that two parts of a restore have under one key of a
	// bucket. It must not keep or change them. A nil Join takes the later one.
	Join func(bucket, before, after []byte) []byte
}

// Report tells of one record that is damaged.
type Report func(bucket string, key []byte, problem string)

// Each reads every record of a bucket with decode, and reports those that it
// returns an error for.
func Each(tx *bbolt.Tx, bucket []byte, report Report, decode func(key, value []byte) error) {
	records := tx.Bucket(bucket)
	if records == nil {
		if !isNew(tx) {
			report(string(bucket), nil, "missing")
		}
		return
	}
	err := records.ForEach(func(key, value []byte) error {
		if err := decode(key, value); err != nil {
			report(string(bucket), key, err.Error())
		}
		return nil
	})
	if err != nil {
		report(string(bucket), nil, err.Error())
	}
}

// isNew tells of a file that its service has not used yet.
func isNew(tx *bbolt.Tx) bool {
	used := errors.New("used")
	return tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
		if !bytes.Equal(name, metaBucket) {
			return used
		}
		return nil
	}) == nil
}

// Check reads the files of services in a folder whole and reports each finding
// in a line that names the file. The error is why they could not be read, such
// as a process that has them open.
func Check(dir string, services []Service, report func(finding string)) (files int, err error) {
	if err := unfinished(dir); err != nil {
		report(err.Error())
		return 0, nil
	}
	list, err := readSet(dir)
	if err != nil {
		report(err.Error())
	}
	for _, service := range services {
		f := &file{
			path: filepath.Join(dir, service.Name+".db"), name: service.Name + ".db",
			service: service.Name, migrations: service.Migrations, set: list,
		}
		read, err := f.check(service.Check, report)
		if err != nil {
			return files, err
		}
		if read {
			files++
		}
		list.id = f.set.id // a folder without a list is of the set of its first file
	}
	return files, nil
}

// check returns false for a file that is not there, which may be right.
func (f *file) check(records func(*bbolt.Tx, Report), report func(string)) (read bool, err error) {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		f.absent("is missing", report)
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		report(f.path + ": not a file")
		return true, nil
	case info.Size() == 0:
		f.absent("is empty", report)
		return true, nil
	}
	problems, err := f.inspect(pages.Check, func(tx *bbolt.Tx) error {
		f.checkContent(tx, records, report)
		return nil
	})
	for _, problem := range problems {
		report(f.path + ": " + problem)
	}
	return true, err
}

func (f *file) absent(problem string, report func(string)) {
	if err := f.expected(problem); err != nil {
		report(err.Error())
	}
}

// checkContent reads what is in whole pages.
func (f *file) checkContent(tx *bbolt.Tx, records func(*bbolt.Tx, Report), report func(string)) {
	for problem := range tx.Check() {
		report(f.path + ": " + problem.Error())
	}
	found, err := readMeta(tx)
	if err != nil {
		report(f.path + ": " + err.Error())
		return
	}
	if err := f.suits(found); err != nil {
		report(err.Error())
		return
	}
	if f.set.id == "" {
		f.set.id = found.set
	}
	if max(found.format, 1) < format(f.migrations) {
		return // the next start brings it to the format that can be read
	}
	err = boltfile.Guard(func() error {
		records(tx, func(bucket string, key []byte, problem string) {
			where := "bucket " + bucket
			if key != nil {
				where = fmt.Sprintf("bucket %s, key %q", bucket, key)
			}
			report(fmt.Sprintf("%s: %s: %s", f.path, where, problem))
		})
		return nil
	})
	if err != nil {
		report(f.path + ": " + err.Error())
	}
}
