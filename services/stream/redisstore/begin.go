package redisstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// begin reads what is there of each user, and then what their changes are going to ask for.
func (s *Store) begin(ctx context.Context, groups []group) []combine.Result[*tx] {
	calls := make([]redisdb.Call, len(groups))
	for i, g := range groups {
		if calls[i] = s.beginCall(g.user, g.reads); g.sweeps {
			calls[i] = s.beginCall(g.user, []stream.Reads{everything})
		}
	}
	txs := make([]combine.Result[*tx], len(groups))
	var all []wanted
	for i, reply := range s.db.Run(ctx, beginScript, calls) {
		if txs[i].Err = reply.Err; reply.Err != nil {
			continue
		}
		var files any
		if txs[i].Value, files, txs[i].Err = s.newTx(ctx, groups[i].user, reply.Value); txs[i].Err != nil {
			continue
		}
		if groups[i].sweeps {
			all = append(all, txs[i].Value.noteAll(files))
		} else {
			all = append(all, txs[i].Value.note(groups[i].reads, files))
		}
	}
	s.readAhead(ctx, all)
	return txs
}

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

// beginCall reads what is kept of one user, for updates with these reads. The end of a range is
// the key before all that start a second later.
func (s *Store) beginCall(user string, reads []stream.Reads) redisdb.Call {
	k := s.keys
	call := redisdb.Call{Keys: []string{k.rooms, k.anchors, k.bans, k.files, k.starts}, Args: []any{user, chunk}}
	for _, r := range reads {
		call.Args = append(call.Args, fileKey(user, r.FileID), "["+startKey(user, r.From, ""), "("+startKey(user, r.To+1, ""))
	}
	return call
}

// everything is all recordings of a user, for a sweep that may forget the user.
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

// newTx begins a change with what beginScript has read; files is what it found of those. A record
// that cannot be read is told when the change asks for it: an opening can begin anew.
func (s *Store) newTx(ctx context.Context, user string, reply any) (t *tx, files any, err error) {
	now, raw, err := timed(reply, 4)
	if err != nil {
		return nil, nil, err
	}
	t = &tx{
		ctx: ctx, store: s, user: user, now: now,
		recordings: map[string]*stream.Recording{}, files: map[string]string{}, past: map[int64]*stream.Texts{},
		summaries: map[int64]*stream.Ended{}, ahead: newAhead(),
	}
	t.ban, t.banDamage = decodeBan(raw[2])
	e, err := decodeEntry(raw[0])
	if e != nil {
		t.before, t.anchor.Current, t.known = e.version, e.Current, e.Session.StreamID
	}
	if err != nil {
		t.damage = s.damaged(ctx, s.keys.rooms, user, err)
		return t, raw[3], nil
	}
	if text, ok := raw[1].(string); ok && e != nil {
		if err := json.Unmarshal([]byte(text), &t.anchor.History); err != nil {
			t.damage = s.damaged(ctx, s.keys.anchors, user, fmt.Errorf("%w: %w", stream.ErrDamaged, err))
		}
	}
	return t, raw[3], nil
}
