package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/libs/store/boltfile/pages"
)

// Read hands over a transaction on the file of each service, all at once, and the id
// of their set. It changes nothing: a file of an older format is brought to the newest
// for the reader alone. A service without a file, and without one that was lost, has no
// transaction. An error that wraps boltfile.ErrInUse is of a file that a process has open.
func Read(dir string, services []Service, read func(set string, txs map[string]*bbolt.Tx) error) error {
	if err := unfinished(dir); err != nil {
		return err
	}
	list, err := readSet(dir)
	if err != nil {
		return err
	}
	txs := map[string]*bbolt.Tx{}
	return readNext(dir, services, list, txs, func(set string) error {
		if len(txs) == 0 {
			return fmt.Errorf("there is no data in %s", dir)
		}
		return read(set, txs)
	})
}

// readNext holds the file of the first service while it goes on with the others.
func readNext(dir string, services []Service, list set, txs map[string]*bbolt.Tx, read func(set string) error) error {
	if len(services) == 0 {
		return read(list.id)
	}
	service := services[0]
	f := &file{
		path: filepath.Join(dir, service.Name+".db"), name: service.Name + ".db",
		service: service.Name, migrations: service.Migrations, set: list,
	}
	next := func() error { return readNext(dir, services[1:], f.set, txs, read) }
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return errors.Join(f.expected("is missing"), next())
	case err != nil:
		return err
	case info.Size() == 0:
		return errors.Join(f.expected("is empty"), next())
	}
	older := false
	problems, err := f.inspect(pages.CheckQuickly, func(tx *bbolt.Tx) error {
		found, err := readMeta(tx)
		if err != nil {
			return f.damaged(err.Error())
		}
		if err := f.suits(found); err != nil {
			return err
		}
		if f.set.id == "" {
			f.set.id = found.set
		}
		if older = max(found.format, 1) < format(f.migrations); older {
			return nil
		}
		txs[service.Name] = tx
		return next()
	})
	for _, problem := range problems {
		if problem != pages.SpareMeta {
			return f.damaged(problem)
		}
	}
	if err != nil || !older {
		return err
	}
	return f.readMigrated(func(tx *bbolt.Tx) error {
		txs[service.Name] = tx
		return next()
	})
}

// readMigrated reads a file of an older format as if it had been migrated.
func (f *file) readMigrated(read func(tx *bbolt.Tx) error) error {
	return boltfile.Guard(func() (err error) {
		db, err := bbolt.Open(f.path, 0o600, &bbolt.Options{NoFreelistSync: true, Timeout: boltfile.LockTimeout})
		if err != nil {
			return fmt.Errorf("open %s: %w", f.path, err)
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		tx, err := db.Begin(true)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, tx.Rollback()) }()
		found, err := readMeta(tx)
		if err != nil {
			return err
		}
		found.format = max(found.format, 1)
		if err := found.migrate(tx, f.migrations); err != nil {
			return refusal(f.path, "cannot be read: "+err.Error(), "go back to the version before")
		}
		return read(tx)
	})
}
