package redisstore

import (
	"context"
	"strconv"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/signing"
)

// listChunk is how many entries are read at once.
const listChunk = 1000

// List implements signing.Ledger. It reads chunk by chunk, as an answer of any length would hold up
// all who use that Redis. Entries are ordered by their second, and within one by their text.
func (l *Ledger) List(ctx context.Context, query signing.Query) (entries []signing.Entry, err error) {
	at := cursor{issued: max(0, query.From)}
	until := "+inf"
	if query.Until != 0 {
		until = "(" + strconv.FormatInt(query.Until, 10)
	}
	for {
		members, err := l.db.Client().ZRangeArgs(ctx, redis.ZRangeArgs{
			Key: l.entries, ByScore: true, Start: at.issued, Stop: until, Offset: at.passed, Count: listChunk,
		}).Result()
		if err != nil {
			return nil, redisdb.StorageError(ctx, err)
		}
		for _, member := range members {
			entry, err := decode(member)
			if err != nil {
				return nil, err
			}
			if !at.pass(entry.Issued, member) || query.User != "" && query.User != entry.User {
				continue
			}
			if entries = append(entries, entry); len(entries) == query.Limit {
				return entries, nil
			}
		}
		if len(members) < listChunk {
			return entries, nil
		}
	}
}

// cursor is where the next chunk begins: in a second of issue, behind so many of its entries. A second
// may have more of them than a chunk has room for.
type cursor struct {
	issued int64
	passed int64  // entries of that second
	last   string // of them
}

// pass reports whether the cursor had not been behind the member before: one
// with a lower number may be added by another process meanwhile, and shift the
// others.
func (c *cursor) pass(issued int64, member string) bool {
	if issued != c.issued {
		*c = cursor{issued: issued}
	}
	c.passed++
	if member <= c.last {
		return false
	}
	c.last = member
	return true
}
