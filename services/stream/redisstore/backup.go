package redisstore

import (
	"context"
	"fmt"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// exportChunk is about how many users are read at once: enough to make round trips few, and
// little enough to hold nobody up.
const exportChunk = 200

// Keys returns the patterns of all keys that the catalogue is kept under.
func Keys(db *redisdb.DB) []string { return []string{db.Pattern(kind, ":*")} }

// Export gives a record for every user, each as of one moment, then the stream ids of
// earlier times.
func Export(ctx context.Context, db *redisdb.DB, out backup.Out) error {
	s := &Store{db: db, keys: newKeys(db)}
	err := s.scan(ctx, s.keys.rooms, func(users, entries []string) error { return s.exportUsers(ctx, users, entries, out) })
	if err != nil {
		return err
	}
	if err := s.exportJournal(ctx, out); err != nil {
		return err
	}
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

// exportJournal gives a record for every session that has ended, every ban and every
// bookmark.
func (s *Store) exportJournal(ctx context.Context, out backup.Out) error {
	for key, record := range map[string]func([]byte) (stream.Record, error){
		s.keys.summaries: stream.EndedRecord, s.keys.bans: stream.BanRecord, s.keys.bookmarks: stream.BookmarkRecord,
	} {
		err := s.scan(ctx, key, func(fields, values []string) error {
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
		if err != nil {
			return err
		}
	}
	return nil
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
