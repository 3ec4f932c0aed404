package redisstore

import (
	"context"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
)

// roomsScript returns the time, then how many bans there are and the entry of each user
// in ARGV.
var roomsScript = redisdb.NewScript(`
local entries = redis.call('HMGET', KEYS[1], unpack(ARGV, 2))
table.insert(entries, 1, redis.call('HLEN', KEYS[2]))
return {now(), entries}`)

// Sessions implements stream.Store.
func (s *Store) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	return redisdb.Persist(ctx, s.sessions.Do, users...)
}

// Fences implements stream.Store. A fence is a part of the session, which is
// read as a whole.
func (s *Store) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return streams.FencesOf(s.Sessions(ctx, users))
}

// findSessions reads the sessions of one batch of callers, each as it is now.
func (s *Store) findSessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	call := redisdb.Call{Keys: []string{s.keys.rooms, s.keys.bans}, Args: make([]any, len(users))}
	for i, user := range users {
		call.Args[i] = user
	}
	reply, err := combine.One(s.db.Run(ctx, roomsScript, []redisdb.Call{call}))
	if err != nil {
		return combine.Fail[*streams.Session](len(users), err)
	}
	now, raw, err := timed(reply, 1+len(users))
	if err != nil {
		return combine.Fail[*streams.Session](len(users), err)
	}
	banned, raw := raw[0] != int64(0), raw[1:]
	sessions := make([]combine.Result[*streams.Session], len(users))
	for i, user := range users {
		e, err := decodeEntry(raw[i])
		if err != nil {
			sessions[i].Err = s.damaged(ctx, s.keys.rooms, user, err)
			continue
		}
		if e != nil {
			sessions[i].Value = e.Present(now, s.config)
		}
		if sessions[i].Value != nil {
			sessions[i].Value.Bans = banned
		}
	}
	return sessions
}
