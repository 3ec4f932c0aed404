package redisstore

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

var (
	//go:embed due.lua
	dueSource string
	dueScript = redisdb.NewScript(dueSource)
)

// chunk bounds what one step of a sweep looks at, and so for how long Redis is held up.
const chunk = 500

// Sweep implements stream.Store. Several processes may sweep at the same time: due.lua finds
// users without taking them, and settling one that another process has settled changes
// nothing. Recordings that leave the list are taken out, and told, by due.lua itself.
func (s *Store) Sweep(ctx context.Context) error {
	k, c := s.keys, s.config
	call := redisdb.Call{
		Keys: []string{k.alive, k.hidden, k.over, k.recorded, k.leaving, k.changes, k.journal},
		Args: []any{
			c.Patience(stream.Alive).Milliseconds(), c.Patience(stream.Hidden).Milliseconds(),
			c.Patience(stream.Over).Milliseconds(), c.RecordingWindow.Milliseconds(), chunk,
		},
	}
	if err := s.settle(ctx, s.suspects.Take()); err != nil {
		return err
	}
	for more := true; more; {
		reply, err := combine.One(s.db.Run(ctx, dueScript, []redisdb.Call{call}))
		if err != nil {
			return err
		}
		parts, _ := reply.([]any)
		if len(parts) != 2 {
			return redisdb.StorageError(ctx, fmt.Errorf("redis replied %v", reply))
		}
		users := texts(parts[0])
		if err := s.settle(ctx, users); err != nil {
			return err
		}
		more = len(users) >= chunk || parts[1] == int64(1)
	}
	return s.sweepJournal(ctx)
}

// settle does to users what time has done. Each is an Update like any other, so processes
// that sweep at the same time do not harm each other. A damaged user is taken out of every
// list and reported; it is no error.
func (s *Store) settle(ctx context.Context, users []string) error {
	updates := make([]update, len(users))
	settled := make([]stream.Settled, len(users))
	for i, user := range users {
		updates[i] = update{ctx: ctx, user: user, sweeps: true, change: func(one stream.Tx) (err error) {
			settled[i], err = one.(*tx).settle()
			return err
		}}
	}
	var errs []error
	for i, result := range s.updates.Do(ctx, updates...) {
		if result.Err == nil {
			settled[i].Count(s.config)
		}
		if errors.Is(result.Err, stream.ErrDamaged) {
			s.db.Damaged(ctx, s.keys.rooms, users[i], result.Err)
			result.Err = s.unlist(ctx, users[i])
		}
		errs = append(errs, result.Err)
	}
	return errors.Join(errs...)
}

// unlist takes a user whose record is damaged out of every list: it is found by nobody
// any more, until it is begun anew.
func (s *Store) unlist(ctx context.Context, user string) error {
	_, err := s.db.Client().TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, set := range []string{s.keys.live, s.keys.alive, s.keys.hidden, s.keys.over} {
			pipe.ZRem(ctx, set, user)
		}
		return nil
	})
	return redisdb.StorageError(ctx, err)
}

// settle does to one user what time has done. Another process may have been faster.
func (t *tx) settle() (settled stream.Settled, err error) {
	settled, err = stream.Settle(t, t.store.config)
	switch {
	case err != nil:
		return settled, err
	case settled.Gone:
		return settled, t.forget(settled.Anchor)
	default:
		return settled, t.PutAnchor(settled.Anchor)
	}
}

// forget deletes all that belongs to the user. If there are very many recordings, each
// commit deletes a chunk of them, and the last one the anchor.
func (t *tx) forget(a stream.Anchor) error {
	starts, err := t.firstStarts()
	if err != nil {
		return err
	}
	ids := make([]any, len(starts))
	for i, key := range starts {
		ids[i] = recordingID(t.user, fileOfStart(t.user, key))
	}
	for i, found := range t.rowsOf(ids) {
		t.droppedRows = append(t.droppedRows, ids[i], starts[i])
		if found.Err == nil && found.Value != nil { // a damaged one has lost its file ids
			for _, f := range found.Value.Files {
				t.droppedFiles = append(t.droppedFiles, fileKey(t.user, f.ID), fileUserKey(f.ID, t.user))
			}
		}
	}
	for _, span := range a.Past {
		if err := t.DropPast(span.Session); err != nil {
			return err
		}
	}
	if err := t.PutAnchor(a); err != nil {
		return err
	}
	t.gone = len(starts) < chunk // else the anchor waits as before, and the next sweep goes on
	return nil
}
