package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// storyScript returns the time, then entry, history and summary of each user and session in
// ARGV.
var storyScript = redisdb.NewScript(`
local users, fields = {}, {}
for i = 2, #ARGV, 2 do users[#users + 1], fields[#fields + 1] = ARGV[i], ARGV[i + 1] end
return {now(), {
  redis.call('HMGET', KEYS[1], unpack(users)), redis.call('HMGET', KEYS[2], unpack(users)), redis.call('HMGET', KEYS[3], unpack(fields))}}`)

// Stories implements stream.Store.
func (s *Store) Stories(ctx context.Context, keys []streams.StoryKey) []combine.Result[*streams.Story] {
	return redisdb.Persist(ctx, s.stories.Do, keys...)
}

// findStories reads the stories of one batch, all as of one moment.
func (s *Store) findStories(ctx context.Context, keys []streams.StoryKey) []combine.Result[*streams.Story] {
	call := redisdb.Call{Keys: []string{s.keys.rooms, s.keys.anchors, s.keys.summaries}}
	for _, key := range keys {
		call.Args = append(call.Args, key.User, pastField(key.User, key.Session))
	}
	reply, err := combine.One(s.db.Run(ctx, storyScript, []redisdb.Call{call}))
	if err != nil {
		return combine.Fail[*streams.Story](len(keys), err)
	}
	now, raw, err := timed(reply, 3)
	if err != nil {
		return combine.Fail[*streams.Story](len(keys), err)
	}
	entries, _ := raw[0].([]any)
	histories, _ := raw[1].([]any)
	summaries, _ := raw[2].([]any)
	stories := make([]combine.Result[*streams.Story], len(keys))
	for i, key := range keys {
		a, err := decodeAnchor(entries[i], histories[i])
		if err != nil {
			stories[i].Err = s.damaged(ctx, s.keys.rooms, key.User, err)
			continue
		}
		text, _ := summaries[i].(string)
		stories[i].Value = stream.TellStory(key, a, decodeEnded(text), now, s.config)
	}
	return stories
}

// decodeAnchor returns nil for a user of whom nothing is kept.
func decodeAnchor(entry, history any) (*stream.Anchor, error) {
	e, err := decodeEntry(entry)
	if err != nil || e == nil {
		return nil, err
	}
	a := &stream.Anchor{Current: e.Current}
	if text, ok := history.(string); ok {
		if err := json.Unmarshal([]byte(text), &a.History); err != nil {
			return nil, fmt.Errorf("%w: %w", stream.ErrDamaged, err)
		}
	}
	return a, nil
}

// decodeEnded returns nil for what cannot be read.
func decodeEnded(raw string) *stream.Ended {
	var ended stream.Ended
	if json.Unmarshal([]byte(raw), &ended) != nil {
		return nil
	}
	return &ended
}

// Summaries implements stream.Store. One that cannot be read is left out.
func (s *Store) Summaries(ctx context.Context, q streams.SummaryQuery) (page streams.SummaryPage, err error) {
	now, err := s.time(ctx)
	if err != nil {
		return page, err
	}
	q.From = max(q.From, s.config.Outlived(now)+1)
	var fields []string
	if q.User != "" {
		prefix := userPrefix(q.User)
		fields, err = s.db.Client().ZRangeByLex(ctx, s.keys.sessions, &redis.ZRangeBy{Min: "[" + prefix, Max: "(" + prefix + "\xff"}).Result()
	} else {
		fields, err = s.latestEnded(ctx, q)
	}
	if err != nil {
		return page, redisdb.StorageError(ctx, err)
	}
	var found []streams.Summary
	if len(fields) > 0 {
		raw, err := s.db.Client().HMGet(ctx, s.keys.summaries, fields...).Result()
		if err != nil {
			return page, redisdb.StorageError(ctx, err)
		}
		for _, text := range raw {
			text, _ := text.(string)
			if ended := decodeEnded(text); ended != nil {
				found = append(found, ended.Summary)
			}
		}
	}
	return stream.PageOf(found, q), nil
}

// latestEnded returns the fields of so many summaries of all users that a page can be cut
// out of them.
func (s *Store) latestEnded(ctx context.Context, q streams.SummaryQuery) (fields []string, err error) {
	first, after := "-inf", ""
	if q.To != 0 {
		first = strconv.FormatInt(1-q.To, 10)
	}
	if q.After != (streams.SummaryPlace{}) && (q.To == 0 || q.After.Ended < q.To) {
		first, after = strconv.FormatInt(-q.After.Ended, 10), pastField(q.After.User, q.After.Session)
	}
	for offset := int64(0); len(fields) <= q.Limit; offset += maxBatch {
		some, err := s.db.Client().ZRangeByScoreWithScores(ctx, s.keys.ended, &redis.ZRangeBy{
			Min: first, Max: strconv.FormatInt(-q.From, 10), Offset: offset, Count: maxBatch,
		}).Result()
		if err != nil {
			return nil, err
		}
		for _, one := range some {
			field, _ := one.Member.(string)
			if behind := after == "" || int64(-one.Score) < q.After.Ended || field > after; behind && len(fields) <= q.Limit {
				fields = append(fields, field)
			}
		}
		if len(some) < maxBatch {
			break
		}
	}
	return fields, nil
}

// changesScript returns the time, then the changes behind a number, the oldest change, and
// the number of the latest.
var changesScript = redisdb.NewScript(`
return {now(), {
  redis.call('XRANGE', KEYS[1], '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3]), redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1),
  redis.call('HGET', KEYS[2], 'changed') or '0'}}`)

// Changes implements stream.Store. Its page is of one moment.
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

// number is 0 for what is none.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}
