package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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

// leaseScript does what stream.Place.Ask does: what changes here changes there. It returns the
// holder and until when.
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

// Lease implements stream.Store. In Lua, as it is decided by Redis's clock: those of two
// processes that want a lease may differ by more than it lasts.
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

// decodeBookmark reads a bookmark; "" is one of version 0, which is none.
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

// PutBookmark implements stream.Store. The rule is stream.Swap; the script only makes sure that
// what it decided on is still there.
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
