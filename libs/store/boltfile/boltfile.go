// Package boltfile opens one bbolt file the way every service wants it: one
// fsync for all writers that wait, and an in-memory state beside the file that
// readers use without a lock.
package boltfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

const (
	lockTimeout = 2 * time.Second
	maxBatch    = 4096
	// mapSize is address space, not memory: growing the map stops every reader.
	mapSize = 256 << 20
)

// State is what a service keeps in memory beside its file. Clone must be cheap
// (copy on write): it is taken once a batch, and readers keep the original.
type State[S any] interface {
	Clone() S
}

// Change is one write. It sees the changes before it in the same batch. It may
// refuse with an *apierr.Error as long as it has written nothing yet; any other
// error is the store's and undoes the whole batch.
type Change[S any] func(tx *bbolt.Tx, state S) error

// Load builds the state from the file. It may write, to create buckets.
type Load[S any] func(tx *bbolt.Tx) (S, error)

// File is one open bbolt file with its state. It is safe for concurrent use.
type File[S State[S]] struct {
	db      *bbolt.DB
	load    Load[S]
	state   atomic.Pointer[S]
	stale   bool // state may be behind the file; used by commit only
	writers *combine.Combiner[Change[S], struct{}]
	metrics *metrics
}

// Open opens or creates the file and its folder. A file that another process
// holds is an error that names the process. It is measured under the name of the
// file without its folder and extension; a nil meter measures nothing.
func Open[S State[S]](path string, meter metric.Meter, load Load[S]) (*File[S], error) {
	if meter == nil {
		meter = noop.Meter{}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("create data folder: %w", err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         lockTimeout,
		FreelistType:    bbolt.FreelistMapType,
		NoFreelistSync:  true, // rebuilt on open; every commit is smaller
		InitialMmapSize: mapSize,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%s is in use by %s", path, readOwner(path))
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	f := &File[S]{db: db, load: load}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	err = errors.Join(writeOwner(path), f.reload())
	if err == nil {
		f.metrics, err = newMetrics(meter, name, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	f.writers = combine.New(combine.Options{Name: name + ".db", Max: maxBatch, Meter: meter}, f.commit)
	return f, nil
}

// Update makes a change durable. When it returns nil the change is on disk and
// in State. The codes are the change's own, Storage when the file failed,
// Internal when a change of the batch panicked, and Unavailable after Close or
// when ctx ended first: then the change may or may not be made.
func (f *File[S]) Update(ctx context.Context, change Change[S]) error {
	_, err := combine.One(f.writers.Do(ctx, change))
	return err
}

// View reads the file as of its last commit.
func (f *File[S]) View(read func(tx *bbolt.Tx) error) error {
	err := f.db.View(read)
	if known := (*apierr.Error)(nil); err == nil || errors.As(err, &known) {
		return err
	}
	return storageError(err)
}

// State returns the state as of the last commit. It must not be changed; later
// updates do not change it either.
func (f *File[S]) State() S { return *f.state.Load() }

// Close finishes the writes it has accepted and closes the file.
func (f *File[S]) Close() error {
	f.writers.Close()
	return errors.Join(f.metrics.close(), f.db.Close())
}

// commit carries out one batch of changes in one transaction, one fsync.
func (f *File[S]) commit(ctx context.Context, changes []Change[S]) []combine.Result[struct{}] {
	refusals, err := f.commitAll(ctx, changes)
	if err != nil {
		return combine.Fail[struct{}](len(changes), err)
	}
	return refusals
}

func (f *File[S]) commitAll(ctx context.Context, changes []Change[S]) (refusals []combine.Result[struct{}], err error) {
	done := f.metrics.begin(ctx, len(changes))
	defer func() { done(err) }()
	if err := f.refresh(); err != nil {
		return nil, storageError(err)
	}
	defer func() { err = errors.Join(err, f.refresh()) }()

	refusals = make([]combine.Result[struct{}], len(changes))
	next := f.State().Clone()
	err = f.db.Update(func(tx *bbolt.Tx) error {
		for i, change := range changes {
			err := change(tx, next)
			if refusal := (*apierr.Error)(nil); errors.As(err, &refusal) {
				refusals[i].Err = err
			} else if err != nil {
				return err
			}
		}
		f.stale = true // until the commit is known to be made
		return nil
	})
	if err != nil {
		return nil, storageError(err)
	}
	f.state.Store(&next)
	f.stale = false
	return refusals, nil
}

// refresh reads the state back if a commit has failed: one that failed on its
// last write may be in the file all the same.
func (f *File[S]) refresh() error {
	if !f.stale {
		return nil
	}
	return f.reload()
}

// reload builds the state from the file.
func (f *File[S]) reload() error {
	var state S
	err := f.db.Update(func(tx *bbolt.Tx) (err error) {
		state, err = f.load(tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("load state: %w", err)
	}
	f.state.Store(&state)
	f.stale = false
	return nil
}

func storageError(err error) error {
	return apierr.Wrap(apierr.Storage, err, "storage failed")
}
