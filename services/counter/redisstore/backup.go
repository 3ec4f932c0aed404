package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/counter"
)

// kind is that of the keys of counters.
const kind = "count"

// senderMark stands before the name of a sender in a field of the hash, so that no sender
// can be called s or n, the fields of session and count. add.lua writes such fields too.
const senderMark = "@"

// Keys returns the patterns of all keys that counters are kept under.
func Keys(db *redisdb.DB) []string { return []string{db.Pattern(kind, ""), db.Pattern(pastKind, "")} }

// Export puts out every counter, and what past sessions have come to. Each key is read in one
// command, so it is of one moment; the archive as a whole is not. A record that cannot be read
// is reported as damaged and left out.
func Export(ctx context.Context, db *redisdb.DB, out backup.Out) error {
	if err := hashes(ctx, db, kind, out, put); err != nil {
		return err
	}
	return hashes(ctx, db, pastKind, out, putPasts)
}

// hashes puts out what the hashes of one kind hold.
func hashes(ctx context.Context, db *redisdb.DB, kind string, out backup.Out, put func(*redisdb.DB, string, map[string]string, backup.Out) error) error {
	return db.Scan(ctx, db.Pattern(kind, ""), func(keys []string) error {
		pipe := db.Client().Pipeline()
		found := make([]*redis.MapStringStringCmd, len(keys))
		for i, key := range keys {
			found[i] = pipe.HGetAll(ctx, key)
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return err
		}
		for i, key := range keys {
			if err := put(db, key, found[i].Val(), out); err != nil {
				return err
			}
		}
		return nil
	})
}

// put puts out the counter that a hash holds. A key that has gone since it was listed has
// no fields.
func put(db *redisdb.DB, key string, fields map[string]string, out backup.Out) error {
	if len(fields) == 0 {
		return nil // it has gone
	}
	name, err := db.Tag(kind, key)
	value, err2 := decodeAll(fields)
	for _, err := range []error{err, err2} {
		if err != nil {
			out.Damaged(fmt.Sprintf("key %q", key), err)
			return nil
		}
	}
	return out.Put(counter.NewRecord(name, value))
}

// decodeAll reads a counter with its senders. One part that cannot be read makes the whole
// counter damaged: a count without its marks would count a repeated like twice.
func decodeAll(fields map[string]string) (value counter.Value, err error) {
	value, err = decode([]any{fields["s"], fields["n"]})
	if err != nil {
		return value, err
	}
	for field, text := range fields {
		sender, is := strings.CutPrefix(field, senderMark)
		if !is {
			continue
		}
		number, at, _ := strings.Cut(text, " ")
		mark := counter.Mark{Sender: sender}
		for target, text := range map[*int64]string{&mark.Number: number, &mark.At: at} {
			if *target, err = strconv.ParseInt(text, 10, 64); err != nil {
				return value, fmt.Errorf("damaged: %w", err)
			}
		}
		value.Marks = append(value.Marks, mark)
	}
	return value, nil
}

// Import puts counters and past ones in. It is safe to repeat. Fields are those that add.lua reads.
// The past of a name gets its whole time to live anew, as Redis keeps one date for all of a
// key; each past session in it has its own time beside its count.
func Import(ctx context.Context, db *redisdb.DB, records [][]byte) error {
	pipe := db.Client().Pipeline()
	for _, raw := range records {
		var r counter.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		if past, over := r.IsPast(); over {
			key := db.Key(pastKind, r.Name, "")
			pipe.HSet(ctx, key, r.Session, fmt.Sprintf("%d %d", past.Count, past.At))
			pipe.PExpire(ctx, key, session.KeptFor)
			continue
		}
		fields := []any{"s", r.Session, "n", r.Count}
		for _, s := range r.Senders {
			fields = append(fields, senderMark+s.Sender, fmt.Sprintf("%d %d", s.Number, s.At))
		}
		pipe.HSet(ctx, db.Key(kind, r.Name, ""), fields...)
	}
	_, err := pipe.Exec(ctx)
	return redisdb.StorageError(ctx, err)
}
