package redisstore

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// maxAhead bounds the fields that are read ahead for one batch. What exceeds it is read when
// a change asks for it.
const maxAhead = 4 * maxBatch

// ahead is what was read of a user before any change asked for it, as Redis replied. Only
// fields that are in a map have been read; nil: there is none.
type ahead struct {
	files     map[string]string // file id → recording id, "" for none
	ranges    []startRange
	rows      map[string]any // by recording id
	past      map[int64]any  // by session
	summaries map[int64]any  // by session
}

// startRange is all start keys of a range of seconds. A range that had more keys than were read
// is not kept: what is here is whole.
type startRange struct {
	from, to int64
	keys     []string
}

// newAhead has read nothing.
func newAhead() ahead {
	return ahead{files: map[string]string{}, rows: map[string]any{}, past: map[int64]any{}, summaries: map[int64]any{}}
}

// fields is a part of a hash, read by one command, and where its values go.
type fields struct {
	key   string
	names []string
	take  []func(any)
}

// add asks for one more field. take is called with its value, nil for none, unless the command
// fails.
func (f *fields) add(name string, take func(any)) {
	f.names, f.take = append(f.names, name), append(f.take, take)
}

// readAhead reads what all users of a batch want, in one round trip. What cannot be read now
// is read when a change asks for it, and fails then.
func (s *Store) readAhead(ctx context.Context, all []wanted) {
	rows, past, summaries := fields{key: s.keys.recordings}, fields{key: s.keys.past}, fields{key: s.keys.summaries}
	for _, want := range all {
		if len(rows.names)+len(want.rows) > maxAhead {
			break
		}
		for _, id := range want.rows {
			rows.add(id, func(raw any) { want.t.ahead.rows[id] = raw })
		}
		for _, session := range want.sessions {
			field := pastField(want.t.user, session)
			past.add(field, func(raw any) { want.t.ahead.past[session] = raw })
			summaries.add(field, func(raw any) { want.t.ahead.summaries[session] = raw })
		}
	}
	pipe := s.db.Client().Pipeline()
	var replies []*redis.SliceCmd
	var takes [][]func(any)
	for _, f := range []fields{rows, past, summaries} {
		for begin := 0; begin < len(f.names); begin += maxBatch {
			end := min(begin+maxBatch, len(f.names))
			replies = append(replies, pipe.HMGet(ctx, f.key, f.names[begin:end]...))
			takes = append(takes, f.take[begin:end])
		}
	}
	if len(replies) == 0 {
		return
	}
	_, _ = pipe.Exec(ctx) // each reply has its own error
	for i, reply := range replies {
		for j, raw := range reply.Val() {
			takes[i][j](raw)
		}
	}
}
