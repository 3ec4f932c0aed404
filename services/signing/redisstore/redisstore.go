// Package redisstore keeps the ledger in one sorted set of Redis.
package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

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
)

// Ledger implements signing.Ledger.
type Ledger struct {
	db      *redisdb.DB
	appends *combine.Combiner[signing.Entry, struct{}]
	entries string // key of a sorted set: number and entry, see encode, by time of issue
	last    string // key of the last number given to an entry
}

var _ signing.Ledger = (*Ledger)(nil)

// New returns the ledger in db, which stays the caller's to close.
func New(db *redisdb.DB) *Ledger {
	l := &Ledger{db: db, entries: db.Key("ledger", "issued", ""), last: db.Key("ledger", "issued", ":n")}
	l.appends = combine.New(db.Batches("signing.Append", maxBatch), l.add)
	return l
}

// Close finishes what was accepted.
func (l *Ledger) Close() error {
	l.appends.Close()
	return nil
}

// Append implements signing.Ledger.
func (l *Ledger) Append(ctx context.Context, entries []signing.Entry) error {
	_, err := combine.All(l.appends.Do(ctx, entries...))
	return err
}

func (l *Ledger) add(ctx context.Context, entries []signing.Entry) []combine.Result[struct{}] {
	return combine.Fail[struct{}](len(entries), l.addAll(ctx, entries))
}

// addAll numbers the entries first: so they can be sent again after a lost
// connection, and are the same members as before.
func (l *Ledger) addAll(ctx context.Context, entries []signing.Entry) error {
	last, err := l.db.Client().IncrBy(ctx, l.last, int64(len(entries))).Result()
	if err != nil {
		return redisdb.StorageError(ctx, err)
	}
	members := make([]redis.Z, len(entries))
	for i, entry := range entries {
		member, err := encode(last-int64(len(entries)-1-i), entry)
		if err != nil {
			return err
		}
		members[i] = redis.Z{Score: float64(entry.Issued), Member: member}
	}
	if err := l.db.Client().ZAdd(ctx, l.entries, members...).Err(); err != nil {
		return redisdb.StorageError(ctx, err)
	}
	return nil
}

// Sweep implements signing.Ledger.
func (l *Ledger) Sweep(ctx context.Context, before int64) error {
	old := redis.ZRangeArgs{
		Key: l.entries, ByScore: true, Start: "-inf", Stop: "(" + strconv.FormatInt(before, 10), Count: sweepChunk,
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

// digits of a number: members of one score are ordered by their bytes.
const digits = 16

func encode(number int64, entry signing.Entry) (string, error) {
	raw, err := json.Marshal(entry)
	if err != nil {
		return "", fmt.Errorf("encode an entry: %w", err)
	}
	return fmt.Sprintf("%0*d%s", digits, number, raw), nil
}

func decode(member string) (entry signing.Entry, err error) {
	if len(member) < digits {
		return entry, errors.New("damaged entry: too short")
	}
	if err := json.Unmarshal([]byte(member[digits:]), &entry); err != nil {
		return entry, fmt.Errorf("damaged entry %s: %w", member[:digits], err)
	}
	return entry, nil
}
