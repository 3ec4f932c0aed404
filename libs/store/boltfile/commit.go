package boltfile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// commit carries out one batch of changes in one transaction, one fsync. It ends
// after maxWork, or with a change that has a fault.
func (f *File[S]) commit(ctx context.Context, changes []Change[S]) []combine.Result[struct{}] {
	results, err := f.carryOut(ctx, changes)
	if err != nil {
		return combine.Fail[struct{}](len(changes), err)
	}
	return results
}

// carryOut makes the commit of a batch, in a second attempt where a change has a fault: then the
// changes before it are made without it, and those behind it wait for the next batch.
func (f *File[S]) carryOut(ctx context.Context, changes []Change[S]) (results []combine.Result[struct{}], err error) {
	done := f.metrics.begin(ctx, len(changes))
	defer func() { done(err) }()
	if err := f.refresh(); err != nil {
		return nil, storageError(err)
	}
	defer func() { err = errors.Join(err, f.refresh()) }()

	results, fault, err := f.try(changes, maxWork)
	if fault == nil {
		return results, err
	}
	if good := len(results); good > 0 { // they were undone with it
		var again error
		if results, again, err = f.try(changes[:good], time.Hour); err != nil || again != nil {
			return nil, errors.Join(err, again)
		}
	}
	return append(results, combine.Result[struct{}]{Err: fault}), nil
}

// try commits changes until the time is up. A fault of the change that follows
// the results undoes them all.
func (f *File[S]) try(changes []Change[S], limit time.Duration) (results []combine.Result[struct{}], fault, err error) {
	next, began := &snapshot[S]{state: f.State().Clone()}, time.Now()
	err = f.update(func(tx *bbolt.Tx) error {
		next.commit = tx.ID()
		for _, change := range changes {
			if len(results) > 0 && time.Since(began) >= limit {
				break
			}
			var refusal error
			if refusal, fault = apply(change, tx, next.state); fault != nil {
				return fault
			}
			results = append(results, combine.Result[struct{}]{Err: refusal})
		}
		if !wrote(tx) {
			return errUnwritten
		}
		f.stale = true // until the commit is known to be made
		f.next.Store(next)
		return nil
	})
	switch {
	case errors.Is(err, errUnwritten):
		next.commit = f.state.Load().commit
	case fault != nil:
		return results, fault, nil
	case err != nil:
		return nil, nil, storageError(err)
	}
	f.state.Store(next)
	f.stale = false
	if err := f.opened.Check(); err != nil { // what is acknowledged must be found again
		return nil, nil, storageError(err)
	}
	return results, nil, nil
}

// apply tells a change's own refusal, before which it has written nothing, from
// a fault.
func apply[S any](change Change[S], tx *bbolt.Tx, state S) (refusal, fault error) {
	panicked := func() (panicked error) {
		defer apierr.Recover(&panicked)
		refusal = change(tx, state)
		return nil
	}()
	switch known := (*apierr.Error)(nil); {
	case panicked != nil:
		return nil, panicked
	case refusal == nil || errors.As(refusal, &known):
		return refusal, nil
	default:
		return nil, storageError(refusal)
	}
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
	loaded := &snapshot[S]{}
	err := f.update(func(tx *bbolt.Tx) (err error) {
		loaded.commit = tx.ID()
		if loaded.state, err = f.load(tx); err == nil && !wrote(tx) {
			loaded.commit-- // as the file is already
			err = errUnwritten
		}
		return err
	})
	if err != nil && !errors.Is(err, errUnwritten) {
		return fmt.Errorf("load state: %w", err)
	}
	f.state.Store(loaded)
	f.stale = false
	return nil
}
