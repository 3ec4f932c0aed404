package redisstore

import (
	"context"
	"encoding/json"
	"fmt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

// storyScript returns the time, then entry, history and summary of each user and session in
// ARGV.
var storyScript = redisdb.NewScript(`
local users, fields = {}, {}
for i = 2, #ARGV, 2 do users[#users + 1], fields[#fields + 1] = ARGV[i], ARGV[i + 1] end
return {now(), {
  redis.call('HMGET', KEYS[1], unpack(users)), redis.call('HMGET', KEYS[2], unpack(users)), redis.call('HMGET', KEYS[3], unpack(fields))}}`)

// Stories implements stream.Store.
func (s *Store) Stories(ctx context.Context, keys []streams.StoryKey) []combine.Result[*streams.Story] {
	return redisdb.Persist(ctx, s.stories.Do, keys...)
}

// findStories reads the stories of one batch, all as of one moment. Without a session in its key
// a story asks for a summary under session 0, which there is none of.
func (s *Store) findStories(ctx context.Context, keys []streams.StoryKey) []combine.Result[*streams.Story] {
	call := redisdb.Call{Keys: []string{s.keys.rooms, s.keys.anchors, s.keys.summaries}}
	for _, key := range keys {
		call.Args = append(call.Args, key.User, pastField(key.User, key.Session))
	}
	reply, err := combine.One(s.db.Run(ctx, storyScript, []redisdb.Call{call}))
	if err != nil {
		return combine.Fail[*streams.Story](len(keys), err)
	}
	now, raw, err := timed(reply, 3)
	if err != nil {
		return combine.Fail[*streams.Story](len(keys), err)
	}
	entries, _ := raw[0].([]any)
	histories, _ := raw[1].([]any)
	summaries, _ := raw[2].([]any)
	stories := make([]combine.Result[*streams.Story], len(keys))
	for i, key := range keys {
		a, err := decodeAnchor(entries[i], histories[i])
		if err != nil {
			stories[i].Err = s.damaged(ctx, s.keys.rooms, key.User, err)
			continue
		}
		text, _ := summaries[i].(string)
		stories[i].Value = stream.TellStory(key, a, decodeEnded(text), now, s.config)
	}
	return stories
}

// decodeAnchor puts the two halves of an anchor together, nil for a user of whom nothing is
// kept. What cannot be read is ErrDamaged.
func decodeAnchor(entry, history any) (*stream.Anchor, error) {
	e, err := decodeEntry(entry)
	if err != nil || e == nil {
		return nil, err
	}
	a := &stream.Anchor{Current: e.Current}
	if text, ok := history.(string); ok {
		if err := json.Unmarshal([]byte(text), &a.History); err != nil {
			return nil, fmt.Errorf("%w: %w", stream.ErrDamaged, err)
		}
	}
	return a, nil
}

// decodeEnded returns nil for what cannot be read.
func decodeEnded(raw string) *stream.Ended {
	var ended stream.Ended
	if json.Unmarshal([]byte(raw), &ended) != nil {
		return nil
	}
	return &ended
}
