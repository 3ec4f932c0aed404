package redisstore

import (
	"context"
	"fmt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// exportChunk is about how many users are read at once: enough to make round trips few, and
// little enough to hold nobody up.
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
