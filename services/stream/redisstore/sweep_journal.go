package redisstore

import (
	"context"
	_ "embed"
	"errors"
	"sync/atomic"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
)

//go:embed journal.lua
var journalSource string
var journalScript = redisdb.NewScript(journalSource)

// lastSweep is what a process remembers of its sweeps. It saves questions and decides nothing: a
// process that has just begun asks once more.
type lastSweep struct {
	bans    atomic.Int64 // Unix milliseconds
	indexed atomic.Bool  // fileUsers is known to be whole
}

// sweepJournal deletes what the journal keeps no longer: summaries, changes, bans. It also does
// what a version before file users left undone.
func (s *Store) sweepJournal(ctx context.Context) error {
	k, c := s.keys, s.config
	call := redisdb.Call{
		Keys: []string{k.summaries, k.sessions, k.ended, k.changes},
		Args: []any{c.SummaryTTL.Milliseconds(), c.ChangesTTL.Milliseconds(), c.MaxChanges, chunk},
	}
	for more := true; more; {
		reply, err := combine.One(s.db.Run(ctx, journalScript, []redisdb.Call{call}))
		if err != nil {
			return err
		}
		more = reply == int64(1)
	}
	return errors.Join(s.sweepBans(ctx), s.indexFiles(ctx))
}
