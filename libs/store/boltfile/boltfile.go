// Package boltfile opens one bbolt file the way every service wants it: one fsync for all
// writers that wait, and an in-memory state beside the file that readers use without a lock.
//
// Open loads the state from the file. Update makes a Change in both, together with the changes
// of all who wait (see commit.go), and returns when it is on disk. State is for readers who need
// memory only; Read is for those who need file and memory of the same moment. What the buckets
// hold is the service's own. Which files there may be, and of which format, is package folder's.
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
	// LockTimeout is how long the process that holds a file is waited for.
	LockTimeout = 2 * time.Second

	maxBatch = 4096
	// maxWork is for how long a batch takes in changes: those behind it wait no
	// longer, whatever the changes are.
	maxWork = 200 * time.Millisecond
	// mapSize is address space, not memory. Before the map grows all who read must have
	// ended, and whoever writes waits for them: a backup reads for minutes.
	mapSize = 16 << 30
)

// State is what a service keeps in memory beside its file. Clone must be cheap
// (copy on write): it is taken once a batch, and readers keep the original.
type State[S any] interface {
	Clone() S
}

// Change is one write. It sees the changes before it in the same batch, and may be
// run more than once. It may refuse with an *apierr.Error as long as it has
// written nothing yet. Any other error, and a panic, is a fault: what it has
// written is undone, and the batch is made without it.
type Change[S any] func(tx *bbolt.Tx, state S) error

// Load builds the state from the file. It may write, to create buckets.
type Load[S any] func(tx *bbolt.Tx) (S, error)

// File is one open bbolt file with its state. It is safe for concurrent use. Reads never wait for a commit, and a commit waits for reads only where the file outgrows mapSize.
type File[S State[S]] struct {
	db      *bbolt.DB
	readers readers
	opened  Identity
	load    Load[S]
	state   atomic.Pointer[snapshot[S]]
	next    atomic.Pointer[snapshot[S]] // of the commit that was begun last; it may fail
	stale   bool                        // state may be behind the file; used by commit only
	writers *combine.Combiner[Change[S], struct{}]
	metrics *metrics
}

// snapshot is the state that belongs to one commit of the file.
type snapshot[S any] struct {
	state  S
	commit int // number of the transaction
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
	f := &File[S]{load: load}
	err := Guard(func() (err error) {
		f.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout:         LockTimeout,
			FreelistType:    bbolt.FreelistMapType,
			NoFreelistSync:  true, // rebuilt on open; every commit is smaller
			InitialMmapSize: mapSize,
		})
		return err
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, InUse(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	f.readers.db = f.db
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if f.opened, err = Identify(path); err == nil {
		err = errors.Join(writeOwner(path), Guard(f.reload))
	}
	if err == nil {
		f.metrics, err = newMetrics(meter, name, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), f.db.Close())
	}
	f.writers = combine.New(combine.Options{Name: name + ".db", Max: maxBatch, Meter: meter, Parts: true}, f.commit)
	return f, nil
}

// Update makes a change durable. When it returns nil the change is on disk and
// in State. The codes are the change's own, Storage when it or the file failed,
// Internal when it panicked, and Unavailable after Close or when ctx ended first:
// then the change may or may not be made.
func (f *File[S]) Update(ctx context.Context, change Change[S]) error {
	_, err := combine.One(f.writers.Do(ctx, change))
	return err
}

// View reads the file as of its last commit.
func (f *File[S]) View(read func(tx *bbolt.Tx) error) error {
	tx, err := f.readers.take()
	if err != nil {
		return storageError(err)
	}
	defer f.readers.giveBack(tx)
	if err = read(tx.Tx); err == nil {
		return nil
	}
	if known := (*apierr.Error)(nil); errors.As(err, &known) {
		return err
	}
	return storageError(err)
}

// State returns the state as of the last commit. It must not be changed; later
// updates do not change it either.
func (f *File[S]) State() S { return f.state.Load().state }

// Read reads the file together with the state of the same moment. It never waits for
// a commit: one that is being synced may be seen already, as bbolt's own readers
// may.
func (f *File[S]) Read(read func(tx *bbolt.Tx, state S) error) error {
	for {
		again := false
		err := f.View(func(tx *bbolt.Tx) error {
			for _, known := range []*snapshot[S]{f.state.Load(), f.next.Load()} {
				if known != nil && known.commit == tx.ID() {
					return read(tx, known.state)
				}
			}
			again = true // a whole commit has come between
			return nil
		})
		if !again {
			return err
		}
	}
}

// Begin begins a transaction of bbolt's. While one that may write lasts no commit is
// made. It is for that alone and must be rolled back: neither State nor View knows of what it
// writes.
func (f *File[S]) Begin(writable bool) (*bbolt.Tx, error) {
	tx, err := f.db.Begin(writable)
	if err != nil {
		return nil, storageError(err)
	}
	return tx, nil
}

// Close finishes the writes it has accepted and closes the file.
func (f *File[S]) Close() error {
	f.writers.Close()
	f.readers.stop() // bbolt waits for them
	return errors.Join(f.metrics.close(), f.db.Close())
}

// storageError is the error of a file: Storage to whoever asked, and the cause for the log.
func storageError(err error) error {
	return apierr.Wrap(apierr.Storage, err, "storage failed")
}
