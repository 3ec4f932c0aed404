package redisstore

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// maxPause is how long an update waits at most before it tries again what
// another process has overtaken.
const maxPause = 20 * time.Millisecond

// update is one change of what belongs to one user. Its caller waits until ctx ends. Others of
// the batch have contexts of their own: one who gives up ends nobody else's change.
type update struct {
	ctx    context.Context
	user   string
	reads  stream.Reads
	change func(stream.Tx) error
	sweeps bool // change is settle
}

// Update implements stream.Store. Updates of one user that wait in this process
// are one commit. A commit is made only if no other process has made one of
// that user since it was begun; else all is done again on what is there now.
func (s *Store) Update(ctx context.Context, user string, reads stream.Reads, change func(stream.Tx) error) error {
	_, err := combine.One(redisdb.Persist(ctx, s.updates.Do, update{ctx: ctx, user: user, reads: reads, change: change}))
	return err
}

// group is the updates of one user in a batch.
type group struct {
	user   string
	places []int // in the batch
	reads  []stream.Reads
	sweeps bool // one of its updates settles the user, see settle
}

// fail gives every update of the group the same error.
func (g group) fail(results []combine.Result[struct{}], err error) {
	for _, place := range g.places {
		results[place].Err = err
	}
}

// carryOut carries out one batch and returns what became of each update. Users
// fail one by one. A batch of any size waits for Redis two times, or three where changes look
// at recordings. What a change asks for beyond its Reads is read then; so changes run side by
// side, and the batch waits for the slowest user and not for one after the other.
func (s *Store) carryOut(ctx context.Context, updates []update) []combine.Result[struct{}] {
	results := make([]combine.Result[struct{}], len(updates))
	waiting := groupByUser(updates)
	for attempt := 0; len(waiting) > 0; attempt++ {
		if attempt > 0 {
			if err := pause(ctx); err != nil {
				for _, g := range waiting {
					g.fail(results, err)
				}
				return results
			}
		}
		waiting = s.attempt(ctx, waiting, updates, results)
		s.db.Conflicts(ctx, "stream", len(waiting))
	}
	return results
}

// attempt carries out the updates of every group once, and returns the groups that another
// process has overtaken: their results are not final.
func (s *Store) attempt(ctx context.Context, groups []group, updates []update, results []combine.Result[struct{}]) (overtaken []group) {
	begun := s.begin(ctx, groups)
	var users sync.WaitGroup
	for i, g := range groups {
		if begun[i].Err != nil {
			g.fail(results, begun[i].Err)
			continue
		}
		users.Go(func() {
			begun[i].Value.applyAll(g, updates, results)
		})
	}
	users.Wait()
	for i, committed := range s.commit(ctx, begun) {
		switch {
		case committed.Err != nil:
			groups[i].fail(results, committed.Err)
		case committed.Value:
			overtaken = append(overtaken, groups[i])
		}
	}
	return overtaken
}

// groupByUser gathers the updates of each user, in the order they came in.
func groupByUser(updates []update) (groups []group) {
	at := make(map[string]int)
	for place, u := range updates {
		i, known := at[u.user]
		if !known {
			i = len(groups)
			at[u.user] = i
			groups = append(groups, group{user: u.user})
		}
		g := &groups[i]
		g.places = append(g.places, place)
		if u.reads.FileID != "" {
			g.reads = append(g.reads, u.reads)
		}
		g.sweeps = g.sweeps || u.sweeps
	}
	return groups
}

// pause waits a little, and not the same for all: processes that compete must not meet again.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return apierr.Wrap(apierr.Unavailable, ctx.Err(), "overtaken by other processes again and again")
	case <-time.After(mathrand.N(maxPause)):
		return nil
	}
}

// commit writes what was put, and reports which were overtaken. What could not
// be begun is not looked at.
func (s *Store) commit(ctx context.Context, txs []combine.Result[*tx]) []combine.Result[bool] {
	overtaken := make([]combine.Result[bool], len(txs))
	var calls []redisdb.Call
	var places []int
	for i, t := range txs {
		if t.Err != nil || !t.Value.dirty() {
			continue
		}
		// A random version: a commit that was sent twice knows itself, and no other has it.
		call, err := t.Value.call(rand.Text()[:12])
		if err != nil {
			overtaken[i].Err = err
			continue
		}
		calls, places = append(calls, call), append(places, i)
	}
	if len(calls) == 0 {
		return overtaken
	}
	// A reply of 0: another process has committed the user since begin.
	for i, reply := range s.db.Run(ctx, commitScript, calls) {
		overtaken[places[i]] = combine.Result[bool]{Value: reply.Value != int64(1), Err: reply.Err}
	}
	return overtaken
}
