package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"time"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// maxPause is how long an update waits at most before it tries again what
// another process has overtaken.
const maxPause = 20 * time.Millisecond

// update is one change of what belongs to one user, for a caller who waits until
// ctx ends.
type update struct {
	ctx    context.Context
	user   string
	change func(stream.Tx) error
}

// Update implements stream.Store. Updates of one user that wait in this process
// are one commit. A commit is made only if no other process has made one of
// that user since it was begun; else all is done again on what is there now.
func (s *Store) Update(ctx context.Context, user string, change func(stream.Tx) error) error {
	results, err := s.updates.Do(ctx, update{ctx, user, change})
	if err != nil {
		return err
	}
	return results[0]
}

// group is the updates of one user in a batch.
type group struct {
	user   string
	places []int // in the batch
}

// carryOut carries out one batch and returns what became of each update.
func (s *Store) carryOut(ctx context.Context, updates []update) ([]error, error) {
	waiting := groupByUser(updates)
	results := make([]error, len(updates))
	for attempt := 0; len(waiting) > 0; attempt++ {
		if attempt > 0 {
			if err := pause(ctx); err != nil {
				return nil, err
			}
		}
		txs, err := s.begin(ctx, waiting)
		if err != nil {
			return nil, err
		}
		for i, g := range waiting {
			for _, place := range g.places {
				u := updates[place]
				// Whoever has left may have been told otherwise since, and have gone on.
				if results[place] = u.ctx.Err(); results[place] == nil {
					results[place] = txs[i].apply(u.change)
				}
			}
			if broken := txs[i].broken; broken != nil {
				for _, place := range g.places {
					results[place] = broken
				}
			}
		}
		overtaken, err := s.commit(ctx, txs)
		if err != nil {
			return nil, err
		}
		var again []group
		for i, g := range waiting {
			if overtaken[i] {
				again = append(again, g)
			}
		}
		s.db.Conflicts(ctx, "stream", len(again))
		waiting = again
	}
	return results, nil
}

func groupByUser(updates []update) (groups []group) {
	at := make(map[string]int)
	for place, u := range updates {
		i, known := at[u.user]
		if !known {
			i = len(groups)
			at[u.user] = i
			groups = append(groups, group{user: u.user})
		}
		groups[i].places = append(groups[i].places, place)
	}
	return groups
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return apierr.Wrap(apierr.Unavailable, ctx.Err(), "overtaken by other processes again and again")
	case <-time.After(mathrand.N(maxPause)):
		return nil
	}
}

// begin reads what is there of each user.
func (s *Store) begin(ctx context.Context, groups []group) ([]*tx, error) {
	calls := make([]redisdb.Call, len(groups))
	for i, g := range groups {
		calls[i] = redisdb.Call{Keys: []string{s.keys.rooms, s.keys.anchors}, Args: []any{g.user}}
	}
	replies, err := s.db.Run(ctx, beginScript, calls)
	if err != nil {
		return nil, err
	}
	txs := make([]*tx, len(groups))
	for i, g := range groups {
		if txs[i], err = s.newTx(ctx, g.user, replies[i]); err != nil {
			return nil, err
		}
	}
	return txs, nil
}

// beginScript returns the time, then entry and anchor of a user.
var beginScript = redisdb.NewScript(`
return {now(), {redis.call('HGET', KEYS[1], ARGV[2]), redis.call('HGET', KEYS[2], ARGV[2])}}`)

// commit writes what was put, and reports which were overtaken.
func (s *Store) commit(ctx context.Context, txs []*tx) (overtaken []bool, err error) {
	overtaken = make([]bool, len(txs))
	var calls []redisdb.Call
	var places []int
	for i, t := range txs {
		if !t.dirty() {
			continue
		}
		call, err := t.call(rand.Text()[:12])
		if err != nil {
			return nil, err
		}
		calls, places = append(calls, call), append(places, i)
	}
	if len(calls) == 0 {
		return overtaken, nil
	}
	replies, err := s.db.Run(ctx, commitScript, calls)
	if err != nil {
		return nil, err
	}
	for i, place := range places {
		overtaken[place] = replies[i] != int64(1)
	}
	return overtaken, nil
}

// settle ends the sessions of users whose time has passed.
func (s *Store) settle(ctx context.Context, users []string) error {
	updates := make([]update, len(users))
	ended := make([]bool, len(users))
	for i, user := range users {
		updates[i] = update{ctx, user, func(tx stream.Tx) (err error) {
			ended[i], err = settleOne(tx)
			return err
		}}
	}
	results, err := s.updates.Do(ctx, updates...)
	if err != nil {
		return err
	}
	for i, result := range results {
		if result == nil && ended[i] {
			s.config.Sessions.Ended(stream.Expired, 1)
		}
	}
	return errors.Join(results...)
}

func settleOne(tx stream.Tx) (ended bool, err error) {
	a, err := tx.Anchor()
	if err != nil || !a.Live() {
		return false, err // another process was faster
	}
	if a.Settle(tx.Now()); a.Live() {
		return false, nil // shown alive meanwhile
	}
	return true, tx.PutAnchor(a)
}
