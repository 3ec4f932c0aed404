package redisstore

import (
	"context"
	"strconv"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// Summaries implements stream.Store. One that cannot be read is left out. Of one user there are
// few, so all are read and PageOf cuts; of all users, no more than a page needs.
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
// out of them. Scores are negative ends, so the latest is first. Those of one score are read
// from the first on and passed over up to the place the page goes on from.
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
