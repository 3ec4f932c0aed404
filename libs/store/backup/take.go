package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/store/archive"
	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/libs/store/redisdb"
)

// Source gives the records of a service.
type Source func(service Service, out Out) error

// Taking is one archive that is being written. Others may ask how far it is.
type Taking struct {
	Manifest archive.Manifest
	Services []Service
	// Damaged is told of every record that is left out; nil: nobody is.
	Damaged func(what string, err error)

	records atomic.Int64
}

// Progress says for people how far it is.
func (t *Taking) Progress() string { return fmt.Sprintf("%d records backed up", t.records.Load()) }

// Write writes an archive of what source gives, until ctx ends. After an error what
// was written is none.
func (t *Taking) Write(ctx context.Context, w io.Writer, source Source) (sums archive.Sums, err error) {
	t.Manifest.Sections = Sections(t.Services)
	file, err := archive.NewWriter(w, t.Manifest)
	if err != nil {
		return sums, err
	}
	out := Out{
		Put: func(record any) error {
			t.records.Add(1)
			if err := ctx.Err(); err != nil {
				return err
			}
			return file.Put(record)
		},
		Damaged: func(what string, err error) {
			file.Damaged()
			if t.Damaged != nil {
				t.Damaged(what, err)
			}
		},
	}
	for _, service := range t.Services {
		err := file.Begin()
		if err == nil {
			err = boltfile.Guard(func() error { return source(service, out) })
		}
		if err != nil {
			file.Abandon()
			return sums, fmt.Errorf("back up %s: %w", service.Name, err)
		}
	}
	return file.Close()
}

// FromRedis reads Redis. Each record is of one moment, and all that was acknowledged
// before is among them; what is written meanwhile may be or not. What a later version has
// written is refused: what it means is not known here.
func FromRedis(ctx context.Context, db *redisdb.DB) Source {
	return func(service Service, out Out) error {
		if err := db.CheckFormat(ctx, service.Name); err != nil {
			return err
		}
		return service.FromRedis(ctx, db, out)
	}
}

// FromFolder reads the files of a folder that no process has open.
func FromFolder(dir string, services []Service, read func(set string, source Source) error) error {
	return folder.Read(dir, Stored(services), func(set string, txs map[string]*bbolt.Tx) error { return read(set, fromTxs(txs)) })
}

// File is one that is open, with which a service works.
type File interface {
	Begin(writable bool) (*bbolt.Tx, error)
}

// FromFiles reads the files of services as of one moment, for as long as read takes.
// Nothing is committed to any of them for an instant, then everybody goes on.
func FromFiles(files map[string]File, services []Service, read func(set string, source Source) error) (err error) {
	txs, err := together(files, services)
	defer func() {
		for _, tx := range txs {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	if err != nil {
		return err
	}
	set := ""
	for _, tx := range txs {
		set = folder.SetOf(tx) // all are of one
	}
	return read(set, fromTxs(txs))
}

// together begins a transaction on each file while no other commits.
func together(files map[string]File, services []Service) (txs map[string]*bbolt.Tx, err error) {
	txs = map[string]*bbolt.Tx{}
	for _, service := range services { // always in one order, so that two do not wait for each other
		holding, err := files[service.Name].Begin(true)
		if err != nil {
			return txs, err
		}
		defer func() { _ = holding.Rollback() }() //nolint:gocritic // all are held until the last reader has begun; none has written
	}
	for _, service := range services {
		if txs[service.Name], err = files[service.Name].Begin(false); err != nil {
			delete(txs, service.Name)
			return txs, err
		}
	}
	return txs, nil
}

func fromTxs(txs map[string]*bbolt.Tx) Source {
	return func(service Service, out Out) error {
		tx := txs[service.Name]
		if tx == nil {
			return nil // the service has no file yet
		}
		return service.Export(tx, out)
	}
}
