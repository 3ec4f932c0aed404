package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

const (
	// restoringName is a folder in the data folder. It is there from the beginning of
	// a restore to its end, so that nobody uses what is not whole.
	restoringName = "restoring"
	// lockName is a file in it, held by who restores. It lists the services.
	lockName = "lock"
)

// unfinished is an error while a restore is under way, or has ended before its end.
func unfinished(dir string) error {
	work := filepath.Join(dir, restoringName)
	if _, err := os.Stat(work); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return refusal(work, "cannot be read: "+err.Error(), "see who may read it")
	}
	return refusal(work, "is there: a restore is under way or was not finished",
		"let it end or restore again, or delete "+work+" and all that it has put beside it")
}

// Restore makes the files of services in a folder where they are not. Fill fills them.
// They get their names when all are whole: after an error, or an end in the midst, the
// folder is as before, or refused by everybody until Restore has come to its end.
func Restore(dir string, services []Service, fill func(*Files) error) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create data folder: %w", err)
	}
	r := &restoring{dir: dir, work: filepath.Join(dir, restoringName), services: services}
	if err := r.begin(); err != nil {
		return err
	}
	if err := r.make(fill); err != nil {
		return errors.Join(err, r.end())
	}
	if err := r.publish(); err != nil {
		return err // what is there is refused, and made anew by the next restore
	}
	return r.end()
}

type restoring struct {
	dir, work string
	services  []Service
	lock      *os.File
	set       set
}

// begin makes the working folder, or takes over one that was left behind.
func (r *restoring) begin() error {
	err := os.Mkdir(r.work, 0o700)
	left := errors.Is(err, os.ErrExist)
	if err != nil && !left {
		return err
	}
	if r.lock, err = os.OpenFile(filepath.Join(r.work, lockName), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	if err := syscall.Flock(int(r.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Join(fmt.Errorf("%s: another restore is under way", r.dir), r.lock.Close())
	}
	before, err := os.ReadFile(r.lock.Name())
	if err == nil {
		err = r.clear(strings.Fields(string(before)))
	}
	if err != nil && left {
		return errors.Join(err, r.lock.Close()) // it is somebody else's to finish
	}
	if err == nil {
		err = r.claim()
	}
	if err != nil {
		return errors.Join(err, r.end())
	}
	return nil
}

// clear deletes what a restore of services has left, and looks whether anything else
// is there.
func (r *restoring) clear(begun []string) error {
	for _, name := range begun {
		if !slices.ContainsFunc(r.services, func(s Service) bool { return s.Name == name }) {
			return refusal(r.work, "is of a restore of "+strings.Join(begun, ", ")+" that was not finished", "restore that again first")
		}
	}
	for _, service := range r.services {
		path := filepath.Join(r.dir, service.Name+".db")
		if slices.Contains(begun, service.Name) {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return refusal(path, "is there already", "restore into another -data-dir, or move the files of this one away")
		}
		for _, mark := range []string{"", temporaryMark + "*"} {
			leftovers, _ := filepath.Glob(filepath.Join(r.work, service.Name+".db") + mark) // the pattern is ours
			for _, leftover := range leftovers {
				if err := os.Remove(leftover); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// claim notes whose files are made, and of which set they are to be.
func (r *restoring) claim() (err error) {
	if r.set, err = readSet(r.dir); err != nil {
		return err
	}
	var names []string
	for _, service := range r.services {
		names = append(names, service.Name)
	}
	if err := r.lock.Truncate(0); err != nil {
		return err
	}
	_, err = r.lock.WriteAt([]byte(strings.Join(names, "\n")+"\n"), 0)
	return errors.Join(err, r.lock.Sync(), SyncName(r.lock.Name()), SyncName(r.work))
}

// path is where the file of a service is until it is whole.
func (r *restoring) path(service string) string { return filepath.Join(r.work, service+".db") }

// make makes and fills the files. They are synced as wholes.
func (r *restoring) make(fill func(*Files) error) (err error) {
	if r.set.id == "" {
		r.set.id = newID()
	}
	var files Files
	defer func() { err = errors.Join(err, files.close()) }()
	if err := files.open(r); err != nil {
		return err
	}
	if err := fill(&files); err != nil {
		return err
	}
	return files.sync()
}

// publish gives the files their names, and lists them.
func (r *restoring) publish() error {
	for _, service := range r.services {
		if err := os.Rename(r.path(service.Name), filepath.Join(r.dir, service.Name+".db")); err != nil {
			return err
		}
	}
	if err := SyncName(filepath.Join(r.dir, setName)); err != nil {
		return err
	}
	list, err := readSet(r.dir)
	if err != nil {
		return err
	}
	if list.id == "" {
		id := r.set.id
		if err := list.begin(id, nil); err != nil {
			return err
		}
	}
	for _, service := range r.services {
		if name := service.Name + ".db"; !list.lists(name) {
			if err := list.add(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// end takes the working folder away, in one step: the data folder may be used.
func (r *restoring) end() error {
	old := r.work + ".old"
	_ = os.RemoveAll(old) // if that fails, so does what follows
	err := os.Rename(r.work, old)
	return errors.Join(err, SyncName(r.work), r.lock.Close(), os.RemoveAll(old))
}
