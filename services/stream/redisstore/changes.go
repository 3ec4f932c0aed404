package redisstore

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
)

// changesScript returns the time, then the changes behind a number, the oldest change, and
// the number of the latest.
var changesScript = redisdb.NewScript(`
return {now(), {
  redis.call('XRANGE', KEYS[1], '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3]), redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1),
  redis.call('HGET', KEYS[2], 'changed') or '0'}}`)

// Changes implements stream.Store. Its page is of one moment. Oldest is one above Newest where none
// is kept, so that a reader knows from both what it has missed.
func (s *Store) Changes(ctx context.Context, q streams.ChangeQuery) (page streams.ChangePage, err error) {
	call := redisdb.Call{Keys: []string{s.keys.changes, s.keys.journal}, Args: []any{max(0, q.After), q.Limit}}
	reply, err := combine.One(s.db.Run(ctx, changesScript, []redisdb.Call{call}))
	if err != nil {
		return page, err
	}
	_, raw, err := timed(reply, 3)
	if err != nil {
		return page, err
	}
	newest, _ := raw[2].(string)
	page = streams.ChangePage{Changes: []streams.Change{}, Newest: number(newest)}
	page.Oldest = page.Newest + 1
	if oldest, _ := raw[1].([]any); len(oldest) > 0 {
		page.Oldest, _ = splitChange(oldest[0])
	}
	entries, _ := raw[0].([]any)
	for _, entry := range entries {
		if change := decodeChange(entry); change != nil {
			page.Changes = append(page.Changes, *change)
		}
	}
	return page, nil
}

// splitChange takes an entry of the stream apart: its number and its fields.
func splitChange(entry any) (at int64, fields []string) {
	parts, _ := entry.([]any)
	if len(parts) != 2 {
		return 0, nil
	}
	id, _ := parts[0].(string)
	text, _, _ := strings.Cut(id, "-")
	return number(text), texts(parts[1])
}

// decodeChange reads an entry: "at" and a time, then "change" and JSON, or "unlisted" and
// the id of a recording whose time is over. It is nil for one that is damaged.
func decodeChange(entry any) *streams.Change {
	n, fields := splitChange(entry)
	if len(fields) != 4 {
		return nil
	}
	change := &streams.Change{}
	if fields[2] == "unlisted" {
		change.Kind, change.Reason, change.At = streams.RecordingRemoved, streams.Expired, number(fields[1])
		change.User, change.FileID = splitRecordingID(fields[3])
	} else if json.Unmarshal([]byte(fields[3]), change) != nil {
		return nil
	}
	change.Number = n
	return change
}

// number reads a whole number, 0 for what is none.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}
