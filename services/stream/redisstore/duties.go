package redisstore

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/plainjson"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// timeScript returns the time of Redis.
var timeScript = redisdb.NewScript(`return now()`)

// time is the store's clock.
func (s *Store) time(ctx context.Context) (time.Time, error) {
	reply, err := combine.One(s.db.Run(ctx, timeScript, []redisdb.Call{{Keys: []string{s.keys.journal}}}))
	ms, _ := reply.(int64)
	return time.UnixMilli(ms), err
}

// leaseScript does what stream.Place.Ask does, and returns the holder and until when.
var leaseScript = redisdb.NewScript(`
local until_, holder = string.match(redis.call('HGET', KEYS[1], ARGV[2]) or '', '^(%d+) (.*)$')
if until_ and tonumber(until_) <= now() then holder = nil end
if holder and holder ~= ARGV[3] then return {holder, tonumber(until_)} end
if ARGV[4] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[2])
  return {'', 0}
end
local ends = string.format('%.0f', now() + tonumber(ARGV[4]))
redis.call('HSET', KEYS[1], ARGV[2], ends .. ' ' .. ARGV[3])
return {ARGV[3], tonumber(ends)}`)

// Lease implements stream.Store.
func (s *Store) Lease(ctx context.Context, r streams.LeaseRequest) (streams.LeaseState, error) {
	call := redisdb.Call{Keys: []string{s.keys.leases}, Args: []any{r.Name, r.Holder, r.TTL}}
	reply, err := combine.One(s.db.Run(ctx, leaseScript, []redisdb.Call{call}))
	if err != nil {
		return streams.LeaseState{}, err
	}
	parts, _ := reply.([]any)
	if len(parts) != 2 {
		return streams.LeaseState{}, redisdb.StorageError(ctx, fmt.Errorf("redis replied %v", reply))
	}
	holder, _ := parts[0].(string)
	until, _ := parts[1].(int64)
	return streams.LeaseState{Held: holder == r.Holder, Holder: holder, Until: until}, nil
}

// Bookmark implements stream.Store.
func (s *Store) Bookmark(ctx context.Context, name string) (streams.Bookmark, error) {
	raw, err := s.get(ctx, s.keys.bookmarks, name)
	if err != nil {
		return streams.Bookmark{}, err
	}
	return s.decodeBookmark(ctx, name, raw)
}

func (s *Store) decodeBookmark(ctx context.Context, name, raw string) (streams.Bookmark, error) {
	found := streams.Bookmark{Name: name}
	if raw == "" {
		return found, nil
	}
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		return found, s.damaged(ctx, s.keys.bookmarks, name, err)
	}
	return found, nil
}

// bookmarkScript puts a bookmark in the place of the text that was read, and returns 1, 0
// where another text is there now, or -1 where there are too many.
var bookmarkScript = redisdb.NewScript(`
local kept = redis.call('HGET', KEYS[1], ARGV[2])
if (kept or '') ~= ARGV[3] then return 0 end
if not kept and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return -1 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
return 1`)

// PutBookmark implements stream.Store.
func (s *Store) PutBookmark(ctx context.Context, bookmark streams.Bookmark) (put streams.BookmarkPut, err error) {
	raw, err := s.get(ctx, s.keys.bookmarks, bookmark.Name)
	if err != nil {
		return put, err
	}
	kept, err := s.decodeBookmark(ctx, bookmark.Name, raw)
	if err != nil {
		return put, err
	}
	if put = stream.Swap(kept, bookmark); !put.Written || put.Bookmark.Version == kept.Version {
		return put, nil
	}
	text, err := plainjson.Encode(put.Bookmark)
	if err != nil {
		return put, err
	}
	reply, err := combine.One(s.db.Run(ctx, bookmarkScript, []redisdb.Call{{
		Keys: []string{s.keys.bookmarks}, Args: []any{bookmark.Name, raw, text, streams.MaxBookmarkNames},
	}}))
	switch {
	case err != nil:
		return streams.BookmarkPut{}, err
	case reply == int64(-1):
		return streams.BookmarkPut{}, apierr.New(apierr.TooMany, "there are %d bookmarks already", streams.MaxBookmarkNames)
	case reply == int64(0): // another was faster, or this one was sent twice
		now, err := s.Bookmark(ctx, bookmark.Name)
		return stream.Swapped(now, bookmark), err
	}
	return put, nil
}

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

// UsersOf implements stream.Store.
func (s *Store) UsersOf(ctx context.Context, fileID string) ([]string, error) {
	prefix := userPrefix(fileID)
	users, err := s.db.Client().ZRangeByLex(ctx, s.keys.fileUsers, &redis.ZRangeBy{Min: "[" + prefix, Max: "(" + prefix + "\xff"}).Result()
	for i, key := range users {
		users[i] = strings.TrimPrefix(key, prefix)
	}
	return users, redisdb.StorageError(ctx, err)
}

//go:embed journal.lua
var journalSource string
var journalScript = redisdb.NewScript(journalSource)

// bansEvery is how often bans whose time is over are looked for. They hold no more anyway.
const bansEvery = time.Minute

// lastSweep is what a process remembers of its sweeps.
type lastSweep struct {
	bans    atomic.Int64 // Unix milliseconds
	indexed atomic.Bool  // fileUsers is known to be whole
}

// sweepJournal deletes what the journal keeps no longer.
func (s *Store) sweepJournal(ctx context.Context) error {
	k, c := s.keys, s.config
	call := redisdb.Call{
		Keys: []string{k.summaries, k.sessions, k.ended, k.changes},
		Args: []any{c.SummaryTTL.Milliseconds(), c.ChangesTTL.Milliseconds(), c.MaxChanges, chunk},
	}
	for more := true; more; {
		reply, err := combine.One(s.db.Run(ctx, journalScript, []redisdb.Call{call}))
		if err != nil {
			return err
		}
		more = reply == int64(1)
	}
	return errors.Join(s.sweepBans(ctx), s.indexFiles(ctx))
}

// sweepBans deletes bans whose time is over.
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

// indexFiles lets file ids lead to their users where they were kept before that was. Until
// it is done, a file that is gone may not be found.
func (s *Store) indexFiles(ctx context.Context) error {
	if s.swept.indexed.Load() {
		return nil
	}
	if done, err := s.get(ctx, s.keys.journal, "indexed"); err != nil || done != "" {
		s.swept.indexed.Store(err == nil)
		return err
	}
	err := s.scan(ctx, s.keys.files, func(names, _ []string) error {
		var members []redis.Z
		for _, name := range names {
			if user, fileID, ok := splitFileKey(name); ok {
				members = append(members, redis.Z{Member: fileUserKey(fileID, user)})
			}
		}
		return s.db.Client().ZAdd(ctx, s.keys.fileUsers, members...).Err()
	})
	if err == nil {
		err = s.db.Client().HSet(ctx, s.keys.journal, "indexed", strconv.Itoa(1)).Err()
	}
	return redisdb.StorageError(ctx, err)
}
