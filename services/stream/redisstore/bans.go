package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// decodeBan returns nil for no ban.
func decodeBan(reply any) (*streams.Ban, error) {
	text, ok := reply.(string)
	if !ok {
		return nil, nil
	}
	ban := &streams.Ban{}
	if err := json.Unmarshal([]byte(text), ban); err != nil {
		return nil, fmt.Errorf("%w: %w", stream.ErrDamaged, err)
	}
	return ban, nil
}

// bansScript returns the time, then the ban of each user in ARGV.
var bansScript = redisdb.NewScript(`return {now(), redis.call('HMGET', KEYS[1], unpack(ARGV, 2))}`)

// Bans implements stream.Store.
func (s *Store) Bans(ctx context.Context, users []string) []combine.Result[*streams.Ban] {
	bans := make([]combine.Result[*streams.Ban], len(users))
	for begin := 0; begin < len(users); begin += maxBatch {
		some := users[begin:min(begin+maxBatch, len(users))]
		found, err := s.findBans(ctx, some)
		for i := range some {
			if bans[begin+i].Err = err; err == nil {
				bans[begin+i] = found[i]
			}
		}
	}
	return bans
}

// findBans reads the bans of up to maxBatch users; one that is over is none.
func (s *Store) findBans(ctx context.Context, users []string) ([]combine.Result[*streams.Ban], error) {
	call := redisdb.Call{Keys: []string{s.keys.bans}}
	for _, user := range users {
		call.Args = append(call.Args, user)
	}
	reply, err := combine.One(s.db.Run(ctx, bansScript, []redisdb.Call{call}))
	if err != nil {
		return nil, err
	}
	now, raw, err := timed(reply, len(users))
	if err != nil {
		return nil, err
	}
	bans := make([]combine.Result[*streams.Ban], len(users))
	for i, user := range users {
		ban, err := decodeBan(raw[i])
		if err != nil {
			bans[i].Err = s.damaged(ctx, s.keys.bans, user, err)
		} else if stream.Holds(ban, now) {
			bans[i].Value = ban
		}
	}
	return bans, nil
}

// ListBans implements stream.Store. A damaged one is left out.
func (s *Store) ListBans(ctx context.Context, q streams.BanQuery) ([]streams.Ban, error) {
	bans, after := []streams.Ban{}, "("+q.After
	for len(bans) < q.Limit {
		users, err := s.db.Client().ZRangeByLex(ctx, s.keys.banned, &redis.ZRangeBy{Min: after, Max: "+", Count: maxBatch}).Result()
		if err != nil {
			return nil, redisdb.StorageError(ctx, err)
		}
		if len(users) == 0 {
			break
		}
		found, err := s.findBans(ctx, users)
		if err != nil {
			return nil, err
		}
		for _, ban := range found {
			if ban.Value != nil && len(bans) < q.Limit {
				bans = append(bans, *ban.Value)
			}
		}
		after = "(" + users[len(users)-1]
	}
	return bans, nil
}

// bansEvery is how often bans whose time is over are looked for. They hold no more anyway.
const bansEvery = time.Minute

// sweepBans deletes bans whose time is over, each by an Update: a ban that was renewed since
// it was read stays.
func (s *Store) sweepBans(ctx context.Context) error {
	now, err := s.time(ctx)
	if err != nil || now.UnixMilli()-s.swept.bans.Load() < bansEvery.Milliseconds() {
		return err
	}
	users, err := s.db.Client().ZRange(ctx, s.keys.banned, 0, -1).Result()
	if err != nil {
		return redisdb.StorageError(ctx, err)
	}
	for i, ban := range s.Bans(ctx, users) {
		if ban.Err != nil || ban.Value != nil {
			continue
		}
		err := s.Update(ctx, users[i], stream.Reads{}, func(tx stream.Tx) error {
			if ban, err := tx.Ban(); err != nil || stream.Holds(ban, tx.Now()) {
				return err
			}
			return tx.PutBan(nil)
		})
		if err != nil {
			return err
		}
	}
	s.swept.bans.Store(now.UnixMilli())
	return nil
}
