package redisstore

import (
	"cmp"
	"context"
	"math"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// maxAhead bounds the fields that are read ahead for one batch. What exceeds it is read when
// a change asks for it.
const maxAhead = 4 * maxBatch

// beginScript returns the time, then entry, anchor and ban of a user, and what was found of
// each file: its recording id, and the start keys within a range. ARGV[3] is how many start
// keys at most; file key, first and last of the range follow for each file.
var beginScript = redisdb.NewScript(`
local function get(hash) return redis.call('HGET', hash, ARGV[2]) end
local files = {}
for i = 4, #ARGV, 3 do
  files[#files + 1] = {
    redis.call('HGET', KEYS[4], ARGV[i]) or '',
    redis.call('ZRANGEBYLEX', KEYS[5], ARGV[i + 1], ARGV[i + 2], 'LIMIT', 0, ARGV[3])}
end
return {now(), {get(KEYS[1]), get(KEYS[2]), get(KEYS[3]), files}}`)

// beginCall reads what is kept of one user, for updates with these reads.
func (s *Store) beginCall(user string, reads []stream.Reads) redisdb.Call {
	k := s.keys
	call := redisdb.Call{Keys: []string{k.rooms, k.anchors, k.bans, k.files, k.starts}, Args: []any{user, chunk}}
	for _, r := range reads {
		call.Args = append(call.Args, fileKey(user, r.FileID), "["+startKey(user, r.From, ""), "("+startKey(user, r.To+1, ""))
	}
	return call
}

// ahead is what was read of a user before any change asked for it, as Redis replied. Only
// fields that are in a map have been read; nil: there is none.
type ahead struct {
	files     map[string]string // file id → recording id, "" for none
	ranges    []startRange
	rows      map[string]any // by recording id
	past      map[int64]any  // by session
	summaries map[int64]any  // by session
}

// startRange is all start keys of a range of seconds.
type startRange struct {
	from, to int64
	keys     []string
}

func newAhead() ahead {
	return ahead{files: map[string]string{}, rows: map[string]any{}, past: map[int64]any{}, summaries: map[int64]any{}}
}

// everything is all recordings of a user.
var everything = stream.Reads{To: math.MaxInt64 - 1}

// note takes in what beginScript found of the files, and tells what is to be read next: rows
// of recordings, and what is kept of earlier sessions.
func (t *tx) note(reads []stream.Reads, reply any) (next wanted) {
	found, _ := reply.([]any)
	next.t = t
	for i := range min(len(found), len(reads)) {
		parts, _ := found[i].([]any)
		if len(parts) != 2 {
			continue
		}
		r := reads[i]
		id, _ := parts[0].(string)
		starts := startRange{from: r.From, to: r.To, keys: texts(parts[1])}
		if len(starts.keys) < chunk {
			t.ahead.ranges = append(t.ahead.ranges, starts)
		}
		if r.FileID != "" {
			t.ahead.files[r.FileID] = id
		}
		// A change that puts a recording under this file id looks whether there is one.
		next.rows = append(next.rows, cmp.Or(id, recordingID(t.user, r.FileID)))
		if id != "" {
			continue
		}
		for _, key := range starts.keys {
			next.rows = append(next.rows, recordingID(t.user, fileOfStart(t.user, key)))
		}
		if a, err := t.Anchor(); err == nil && r.Sessions != nil {
			next.sessions = append(next.sessions, r.Sessions(a, t.now)...)
		}
	}
	return next
}

// noteAll is note for a user of whom time may have settled that all can go: then all
// recordings are read, a chunk of them.
func (t *tx) noteAll(reply any) (next wanted) {
	next.t = t
	a, err := t.Anchor()
	if err != nil || a.Session.User == "" || !a.Settle(t.now, t.store.config) {
		return next
	}
	found, _ := reply.([]any)
	if len(found) != 1 {
		return next
	}
	if parts, _ := found[0].([]any); len(parts) == 2 {
		t.starts, t.startsRead = texts(parts[1]), true
		for _, key := range t.starts {
			next.rows = append(next.rows, recordingID(t.user, fileOfStart(t.user, key)))
		}
	}
	return next
}

// wanted is what is to be read of one user once it is known what there is.
type wanted struct {
	t        *tx
	rows     []string
	sessions []int64
}

// fields is a part of a hash, read by one command, and where its values go.
type fields struct {
	key   string
	names []string
	take  []func(any)
}

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

// rowsOf returns the recording of each id as getRows does, of what was read ahead where all
// of it was.
func (t *tx) rowsOf(ids []any) []combine.Result[*stream.Recording] {
	raw := make([]any, len(ids))
	for i, id := range ids {
		text, isText := id.(string)
		if !isText {
			continue
		}
		read, known := t.ahead.rows[text]
		if !known {
			return t.store.getRows(t.ctx, ids)
		}
		raw[i] = read
	}
	return t.store.decodeRows(t.ctx, ids, raw)
}

// firstStarts returns the start keys of the user's recordings, a chunk at most.
func (t *tx) firstStarts() ([]string, error) {
	if t.startsRead {
		return t.starts, nil
	}
	prefix := userPrefix(t.user)
	starts, err := t.store.db.Client().ZRangeByLex(t.ctx, t.store.keys.starts, &redis.ZRangeBy{
		Min: "[" + prefix, Max: "(" + prefix + "\xff", Count: chunk,
	}).Result()
	return starts, redisdb.StorageError(t.ctx, err)
}

// startsWithin returns the start keys of the user's recordings that start within [from, to].
func (t *tx) startsWithin(from, to int64) ([]string, error) {
	for _, r := range t.ahead.ranges {
		if r.from == from && r.to == to {
			return r.keys, nil
		}
	}
	// The key before all that start a second later is the end of the range.
	starts, err := t.store.db.Client().ZRangeByLex(t.ctx, t.store.keys.starts, &redis.ZRangeBy{
		Min: "[" + startKey(t.user, from, ""), Max: "(" + startKey(t.user, to+1, ""),
	}).Result()
	return starts, redisdb.StorageError(t.ctx, err)
}

// ofSession returns what is kept of an earlier session under key, "" for nothing.
func (t *tx) ofSession(key string, read map[int64]any, session int64) (string, error) {
	if raw, known := read[session]; known {
		text, _ := raw.(string)
		return text, nil
	}
	return t.store.get(t.ctx, key, pastField(t.user, session))
}
