package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/signing"
)

// exportChunk is about how many entries are read at once.
const exportChunk = 1000

// Keys returns the pattern of all keys that the ledger is kept under.
func Keys(db *redisdb.DB) []string { return []string{db.Pattern(kind, "*")} }

// Export gives every entry. An entry that is recorded meanwhile may be among them or not, and
// one may come twice, as scans of Redis do; a restore bears it.
func Export(ctx context.Context, db *redisdb.DB, out backup.Out) error {
	for cursor := uint64(0); ; {
		found, next, err := db.Client().ZScan(ctx, db.Key(kind, ledgerTag, ""), cursor, "", exportChunk).Result()
		if err != nil {
			return err
		}
		for i := 0; i < len(found); i += 2 { // a score stands behind each
			entry, err := decode(found[i])
			if err != nil {
				out.Damaged(fmt.Sprintf("ledger entry %q", found[i]), err)
				continue
			}
			if err := out.Put(entry); err != nil {
				return err
			}
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// Import takes entries in. Entries of an hour that may not be over everywhere are noted
// under it, as if they had been recorded here.
func Import(ctx context.Context, db *redisdb.DB, records [][]byte) error {
	pipe := db.Client().Pipeline()
	recent := time.Now().Add(-hourLife).Unix()
	for _, raw := range records {
		var entry signing.Entry
		if err := json.Unmarshal(raw, &entry); err != nil {
			return err
		}
		hour := signing.Hour(entry.Issued)
		member, err := encode(hour, entry)
		if err != nil {
			return err
		}
		pipe.ZAdd(ctx, db.Key(kind, ledgerTag, ""), redis.Z{Score: float64(entry.Issued), Member: member})
		if hour >= recent {
			key := hourKey(db, hour)
			pipe.HSetNX(ctx, key, field(entry), "")
			pipe.Expire(ctx, key, hourLife)
		}
	}
	_, err := pipe.Exec(ctx)
	return err
}
