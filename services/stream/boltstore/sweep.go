package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/services/stream"
)

// sweepChunk bounds how long one commit of a sweep holds up the writers behind it.
const sweepChunk = 500

// Sweep implements stream.Store. It settles suspects first, then all who have waited for
// long enough, a chunk in each commit, and takes recordings that have left the list out of
// memory.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.now()
	if err := s.settle(ctx, s.suspects.Take(), now); err != nil {
		return err
	}
	for more := true; more; {
		var users []string
		err := s.file.View(func(bolt *bbolt.Tx) error {
			users = due(bolt, now, s.config)
			return nil
		})
		if err != nil {
			return err
		}
		if err := s.settle(ctx, users, now); err != nil {
			return err
		}
		more = len(users) >= sweepChunk
	}
	if err := s.unlist(ctx, now); err != nil {
		return err
	}
	return s.sweepJournal(ctx, now)
}

// due returns users whose record time has changed, at most a chunk: those who have
// waited for long enough, and those whose moment lies in the future, where a clock
// has left it that had jumped ahead.
func due(bolt *bbolt.Tx, now time.Time, config stream.Config) (users []string) {
	cursor := bolt.Bucket(waitBucket).Cursor()
	for _, wait := range stream.Waits {
		prefix := []byte{byte(wait)}
		last := now.Add(-config.Patience(wait)).UnixMilli()
		for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix) && len(users) < sweepChunk; key, _ = cursor.Next() {
			at, user, ok := splitWait(key)
			if ok && at > last {
				break
			}
			if ok {
				users = append(users, user)
			}
		}
		if wait == stream.Over {
			continue // its moment may lie in the future
		}
		ahead := slices.Concat(prefix, since(now.UnixMilli()+1))
		for key, _ := cursor.Seek(ahead); bytes.HasPrefix(key, prefix) && len(users) < sweepChunk; key, _ = cursor.Next() {
			if _, user, ok := splitWait(key); ok {
				users = append(users, user)
			}
		}
	}
	return users
}

// settle does to users what time has done. Each is looked at anew: a change may have
// been faster. What ended is counted after the commit, and damage reported: a batch may be
// run twice.
func (s *Store) settle(ctx context.Context, users []string, now time.Time) error {
	if len(users) == 0 {
		return nil
	}
	var settled []stream.Settled  // the change may still be writing both after an error
	damaged := map[string]error{} // by user
	err := s.file.Update(ctx, func(bolt *bbolt.Tx, st *state) error {
		settled = nil
		clear(damaged)
		for _, user := range users {
			one := &tx{own: own{bolt: bolt, user: user}, state: st, now: now, config: s.config}
			made, err := one.settle()
			if errors.Is(err, stream.ErrDamaged) {
				damaged[user] = err
				err = one.unlist() // it is found by nobody any more, until it is begun anew
			}
			if err == nil {
				err = one.flush()
			}
			if err != nil {
				return err
			}
			settled = append(settled, made)
		}
		return nil
	})
	if err == nil {
		for _, made := range settled {
			made.Count(s.config)
		}
		for user, damage := range damaged {
			s.damage.LeftOut(ctx, fmt.Sprintf("anchor %q", user), damage)
		}
	}
	return err
}

// settle does to one user what time has done. Damage is the caller's to handle.
func (t *tx) settle() (settled stream.Settled, err error) {
	settled, err = stream.Settle(t, t.config)
	switch {
	case err != nil:
		return settled, err
	case settled.Anchor.Session.User == "":
		return settled, t.unlist() // nobody is there to wait
	case settled.Gone:
		return settled, t.forget(&settled.Anchor)
	default:
		return settled, t.PutAnchor(settled.Anchor)
	}
}

// unlist takes the recordings that have left the list out of memory, and tells of it. On
// disk they stay, and can still be asked for.
func (s *Store) unlist(ctx context.Context, now time.Time) error {
	last := now.Add(-s.config.RecordingWindow).UnixMilli()
	for s.file.State().recorded.overdue(last) > 0 {
		err := s.file.Update(ctx, func(bolt *bbolt.Tx, st *state) error {
			for range min(sweepChunk, st.recorded.overdue(last)) {
				first, ok := st.recorded.leaving.Min()
				if !ok {
					break
				}
				st.recorded.remove(first)
				if err := tellUnlisted(bolt, first, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
