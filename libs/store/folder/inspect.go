package folder

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/libs/store/boltfile/pages"
)

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

func (f *file) damaged(problem string) error {
	if strings.HasPrefix(problem, "truncated") {
		return refusal(f.path, "is "+problem, "restore it from a copy")
	}
	return refusal(f.path, "is damaged: "+problem, "restore it from a copy")
}
