package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// exportChunk is about how many users are read at once.
const exportChunk = 200

// Keys returns the patterns of all keys that the catalogue is kept under.
func Keys(db *redisdb.DB) []string { return []string{db.Pattern(kind, ":*")} }

// Export gives the bookmarks, a record for every user, each as of one moment, the stream ids
// of earlier times, and the log of changes. The log comes last, so that it has every change
// behind a bookmark, and every one that a user's record shows.
func Export(ctx context.Context, db *redisdb.DB, out backup.Out) error {
	s := &Store{db: db, keys: newKeys(db)}
	if err := s.exportJSON(ctx, s.keys.bookmarks, stream.BookmarkRecord, out); err != nil {
		return err
	}
	err := s.scan(ctx, s.keys.rooms, func(users, entries []string) error { return s.exportUsers(ctx, users, entries, out) })
	if err != nil {
		return err
	}
	if err := s.exportJournal(ctx, out); err != nil {
		return err
	}
	if err := s.exportStreams(ctx, out); err != nil {
		return err
	}
	return s.exportChanges(ctx, out)
}

// exportStreams gives the stream ids that are not of their user's session.
func (s *Store) exportStreams(ctx context.Context, out backup.Out) error {
	return s.scan(ctx, s.keys.streams, func(ids, users []string) error {
		entries, err := s.entries(ctx, users)
		if err != nil {
			return err
		}
		for i, id := range ids {
			if e, err := decodeEntry(entries[i]); err == nil && e != nil && e.Session.StreamID == id {
				continue
			}
			if err := out.Put(stream.Record{User: users[i], StreamID: id}); err != nil {
				return err
			}
		}
		return nil
	})
}

// exportJournal gives a record for every session that has ended and every ban.
func (s *Store) exportJournal(ctx context.Context, out backup.Out) error {
	if err := s.exportJSON(ctx, s.keys.summaries, stream.EndedRecord, out); err != nil {
		return err
	}
	return s.exportJSON(ctx, s.keys.bans, stream.BanRecord, out)
}

// exportJSON gives the records of a hash of JSON.
func (s *Store) exportJSON(ctx context.Context, key string, record func([]byte) (stream.Record, error), out backup.Out) error {
	return s.scan(ctx, key, func(fields, values []string) error {
		for i, value := range values {
			r, err := record([]byte(value))
			if err != nil {
				out.Damaged(fmt.Sprintf("key %q, field %q", key, fields[i]), err)
				continue
			}
			if err := out.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// exportChanges gives the log, up to the change that is its newest now.
func (s *Store) exportChanges(ctx context.Context, out backup.Out) error {
	last := int64(-1)
	for after := int64(0); ; {
		page, err := s.Changes(ctx, streams.ChangeQuery{After: after, Limit: exportChunk})
		if err != nil {
			return err
		}
		if last < 0 {
			last = page.Newest
		}
		for _, change := range page.Changes {
			if change.Number > last {
				return nil
			}
			if err := out.Put(stream.ChangeRecord(change)); err != nil {
				return err
			}
			after = change.Number
		}
		if len(page.Changes) == 0 {
			return nil
		}
	}
}

// scan reads a hash while others write to it, some fields at a time. A field that is there
// throughout comes at least once, and may come twice.
func (s *Store) scan(ctx context.Context, key string, each func(fields, values []string) error) error {
	for cursor := uint64(0); ; {
		found, next, err := s.db.Client().HScan(ctx, key, cursor, "", exportChunk).Result()
		if err != nil {
			return err
		}
		var fields, values []string
		for i := 0; i+1 < len(found); i += 2 {
			fields, values = append(fields, found[i]), append(values, found[i+1])
		}
		for begin := 0; begin < len(fields); begin += exportChunk { // a small hash comes as a whole
			end := min(begin+exportChunk, len(fields))
			if err := each(fields[begin:end], values[begin:end]); err != nil {
				return err
			}
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// entries returns the entries of users, each a string, or nil where nothing is kept.
func (s *Store) entries(ctx context.Context, users []string) ([]any, error) {
	return s.db.Client().HMGet(ctx, s.keys.rooms, users...).Result()
}

// exportUsers reads what else is kept of users. A user whose entry is another one
// afterwards is read again: what was read is not of one moment.
func (s *Store) exportUsers(ctx context.Context, users, entries []string, out backup.Out) error {
	for len(users) > 0 {
		records, damages, err := s.read(ctx, users, entries)
		if err != nil {
			return err
		}
		after, err := s.entries(ctx, users)
		if err != nil {
			return err
		}
		var changed, next []string
		for i, user := range users {
			switch now, kept := after[i].(string); {
			case !kept: // forgotten meanwhile
			case now != entries[i]:
				changed, next = append(changed, user), append(next, now)
			default:
				for _, damage := range damages[i] {
					out.Damaged(fmt.Sprintf("user %q", user), damage)
				}
				if records[i].Anchor == nil && records[i].Recordings == nil {
					continue
				}
				if err := out.Put(records[i]); err != nil {
					return err
				}
			}
		}
		users, entries = changed, next
	}
	return nil
}

// read returns the record of each user whose entry is given, and what of it is damaged.
// The error is one of Redis, for all.
func (s *Store) read(ctx context.Context, users, entries []string) (records []stream.Record, damages [][]error, err error) {
	records, damages = make([]stream.Record, len(users)), make([][]error, len(users))
	histories, err := s.db.Client().HMGet(ctx, s.keys.anchors, users...).Result()
	if err != nil {
		return nil, nil, err
	}
	starts, err := s.starts(ctx, users)
	if err != nil {
		return nil, nil, err
	}
	for i, user := range users {
		records[i].User = user
		e, damage := decodeEntry(entries[i])
		if damage == nil && e.Session.User != "" {
			a := &stream.Anchor{Current: e.Current}
			text, _ := histories[i].(string)
			if damage = json.Unmarshal([]byte(text), &a.History); damage == nil {
				records[i].Anchor = a
			}
		}
		if damage != nil {
			damages[i] = append(damages[i], damage)
		}
		more, err := s.readMore(ctx, &records[i], starts[i])
		if err != nil {
			return nil, nil, err
		}
		damages[i] = append(damages[i], more...)
	}
	return records, damages, nil
}

// starts returns the start keys of each user's recordings.
func (s *Store) starts(ctx context.Context, users []string) ([][]string, error) {
	pipe := s.db.Client().Pipeline()
	found := make([]*redis.StringSliceCmd, len(users))
	for i, user := range users {
		prefix := userPrefix(user)
		found[i] = pipe.ZRangeByLex(ctx, s.keys.starts, &redis.ZRangeBy{Min: "[" + prefix, Max: "(" + prefix + "\xff"})
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	starts := make([][]string, len(users))
	for i := range found {
		starts[i] = found[i].Val()
	}
	return starts, nil
}

// readMore adds texts of earlier sessions and recordings to a record. Most users have
// neither.
func (s *Store) readMore(ctx context.Context, r *stream.Record, starts []string) (damages []error, err error) {
	if r.Anchor != nil {
		if r.Past, damages, err = s.readPast(ctx, r.User, r.Anchor.Past); err != nil {
			return nil, err
		}
	}
	for begin := 0; begin < len(starts); begin += maxBatch {
		some := starts[begin:min(begin+maxBatch, len(starts))]
		ids := make([]any, len(some))
		for i, key := range some {
			ids[i] = recordingID(r.User, fileOfStart(r.User, key))
		}
		for _, found := range s.getRows(ctx, ids) {
			switch {
			case errors.Is(found.Err, stream.ErrDamaged):
				damages = append(damages, found.Err)
			case found.Err != nil:
				return nil, found.Err
			case found.Value != nil:
				r.Recordings = append(r.Recordings, *found.Value)
			}
		}
	}
	return damages, nil
}

// readPast returns the texts of the sessions in spans. One without texts is left out.
func (s *Store) readPast(ctx context.Context, user string, spans []stream.Span) (past []stream.PastRecord, damages []error, err error) {
	if len(spans) == 0 {
		return nil, nil, nil
	}
	fields := make([]string, len(spans))
	for i, span := range spans {
		fields[i] = pastField(user, span.Session)
	}
	found, err := s.db.Client().HMGet(ctx, s.keys.past, fields...).Result()
	if err != nil {
		return nil, nil, err
	}
	for i, span := range spans {
		text, kept := found[i].(string)
		if !kept {
			continue
		}
		one := stream.PastRecord{Session: span.Session}
		if err := json.Unmarshal([]byte(text), &one.Texts); err != nil {
			damages = append(damages, err)
			continue
		}
		past = append(past, one)
	}
	return past, damages, nil
}
