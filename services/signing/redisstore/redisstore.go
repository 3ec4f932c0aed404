// Package redisstore keeps the ledger in one sorted set of Redis, in the order of issue, and
// beside it a hash for each hour of who has an entry already. All keys share a hash slot: one
// script looks into the one and writes both.
package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/signing"
)

const (
	// maxBatch bounds the entries added at once.
	maxBatch = 1024
	// sweepChunk bounds how long one sweep holds up what is behind it.
	sweepChunk = 2000
	// hourLife is how long the hash of an hour is kept, from its last entry on.
	hourLife = 2 * time.Hour
)

// All keys are of one kind and tag.
const (
	kind      = "ledger"
	ledgerTag = "issued"
)

// hourKey is that of the hash of an hour, and field who an entry in it is about.
func hourKey(db *redisdb.DB, hour int64) string {
	return db.Key(kind, ledgerTag, ":"+strconv.FormatInt(hour, 10))
}

func field(entry signing.Entry) string { return string(entry.Kind) + "\x00" + entry.User }

// recordScript adds an entry, ARGV[3] issued at ARGV[2], unless the hash of its hour
// has who it is about, ARGV[4]. The hash outlives its hour, by ARGV[5] seconds, as clocks
// differ.
var recordScript = redisdb.NewScript(`
if redis.call('HSETNX', KEYS[2], ARGV[4], '') == 1 then
  redis.call('EXPIRE', KEYS[2], ARGV[5])
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
end`)

// Ledger implements signing.Ledger for many processes at once. It is safe for concurrent use;
// its combiner has a goroutine, which Close ends.
type Ledger struct {
	db      *redisdb.DB
	records *combine.Combiner[signing.Entry, struct{}]
	entries string // key of a sorted set: hour and entry, see encode, by time of issue
}

var _ signing.Ledger = (*Ledger)(nil)

// New returns the ledger in db, which stays the caller's to close, after the ledger.
func New(db *redisdb.DB) *Ledger {
	l := &Ledger{db: db, entries: db.Key(kind, ledgerTag, "")}
	l.records = combine.New(db.Batches("signing.Record", maxBatch), l.record)
	return l
}

// Close finishes what was accepted.
func (l *Ledger) Close() error {
	l.records.Close()
	return nil
}

// Record implements signing.Ledger. An entry that is sent twice is found in the hash of its hour.
func (l *Ledger) Record(ctx context.Context, entries []signing.Entry) error {
	_, err := combine.All(l.records.Do(ctx, entries...))
	return err
}

// record is one batch: all of it is written, or none of it is acknowledged.
func (l *Ledger) record(ctx context.Context, entries []signing.Entry) []combine.Result[struct{}] {
	return combine.Fail[struct{}](len(entries), l.recordAll(ctx, entries))
}

// recordAll writes entries, each by a call of its own, all in one round trip.
func (l *Ledger) recordAll(ctx context.Context, entries []signing.Entry) error {
	calls := make([]redisdb.Call, len(entries))
	for i, entry := range entries {
		hour := signing.Hour(entry.Issued)
		member, err := encode(hour, entry)
		if err != nil {
			return err
		}
		calls[i] = redisdb.Call{
			Keys: []string{l.entries, hourKey(l.db, hour)},
			Args: []any{entry.Issued, member, field(entry), int(hourLife.Seconds())},
		}
	}
	if _, err := combine.All(l.db.Run(ctx, recordScript, calls)); err != nil {
		return err
	}
	return nil
}

// Sweep implements signing.Ledger. The hashes of hours go by themselves: Redis drops them.
func (l *Ledger) Sweep(ctx context.Context, before int64) error {
	old := redis.ZRangeArgs{
		Key: l.entries, ByScore: true, Start: "-inf", Stop: "(" + strconv.FormatInt(signing.Hour(before), 10), Count: sweepChunk,
	}
	for found := sweepChunk; found == sweepChunk; {
		members, err := l.db.Client().ZRangeArgs(ctx, old).Result()
		if err != nil {
			return redisdb.StorageError(ctx, err)
		}
		if found = len(members); found == 0 {
			return nil
		}
		// By name, not by rank: another process may sweep at the same time.
		if err := l.db.Client().ZRem(ctx, l.entries, members).Err(); err != nil {
			return redisdb.StorageError(ctx, err)
		}
	}
	return nil
}

// digits of a number: members of one score are ordered by their bytes. It is the
// hour; in an entry of an earlier version it counts the entries.
const digits = 16

// encode writes an entry as a member of a sorted set.
func encode(number int64, entry signing.Entry) (string, error) {
	raw, err := json.Marshal(entry)
	if err != nil {
		return "", fmt.Errorf("encode an entry: %w", err)
	}
	return fmt.Sprintf("%0*d%s", digits, number, raw), nil
}

// decode reads it back. The error has the number and not the entry, which names a user.
func decode(member string) (entry signing.Entry, err error) {
	if len(member) < digits {
		return entry, errors.New("damaged entry: too short")
	}
	if err := json.Unmarshal([]byte(member[digits:]), &entry); err != nil {
		return entry, fmt.Errorf("damaged entry %s: %w", member[:digits], err)
	}
	return entry, nil
}
