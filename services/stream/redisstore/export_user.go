package redisstore

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/services/stream"
)

// A user's record is read piece by piece. exportUsers looks afterwards whether the entry, whose
// version every commit changes, is still the same: only then are the pieces of one moment.

// read returns the record of each user whose entry is given, and what of it is damaged.
// The error is one of Redis, for all.
func (s *Store) read(ctx context.Context, users, entries []string) (records []stream.Record, damages [][]error, err error) {
	records, damages = make([]stream.Record, len(users)), make([][]error, len(users))
	histories, err := s.db.Client().HMGet(ctx, s.keys.anchors, users...).Result()
	if err != nil {
		return nil, nil, err
	}
	starts, err := s.starts(ctx, users)
	if err != nil {
		return nil, nil, err
	}
	for i, user := range users {
		records[i].User = user
		e, damage := decodeEntry(entries[i])
		if damage == nil && e.Session.User != "" {
			a := &stream.Anchor{Current: e.Current}
			text, _ := histories[i].(string)
			if damage = json.Unmarshal([]byte(text), &a.History); damage == nil {
				records[i].Anchor = a
			}
		}
		if damage != nil {
			damages[i] = append(damages[i], damage)
		}
		more, err := s.readMore(ctx, &records[i], starts[i])
		if err != nil {
			return nil, nil, err
		}
		damages[i] = append(damages[i], more...)
	}
	return records, damages, nil
}

// starts returns the start keys of each user's recordings.
func (s *Store) starts(ctx context.Context, users []string) ([][]string, error) {
	pipe := s.db.Client().Pipeline()
	found := make([]*redis.StringSliceCmd, len(users))
	for i, user := range users {
		prefix := userPrefix(user)
		found[i] = pipe.ZRangeByLex(ctx, s.keys.starts, &redis.ZRangeBy{Min: "[" + prefix, Max: "(" + prefix + "\xff"})
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	starts := make([][]string, len(users))
	for i := range found {
		starts[i] = found[i].Val()
	}
	return starts, nil
}

// readMore adds texts of earlier sessions and recordings to a record. Most users have
// neither.
func (s *Store) readMore(ctx context.Context, r *stream.Record, starts []string) (damages []error, err error) {
	if r.Anchor != nil {
		if r.Past, damages, err = s.readPast(ctx, r.User, r.Anchor.Past); err != nil {
			return nil, err
		}
	}
	for begin := 0; begin < len(starts); begin += maxBatch {
		some := starts[begin:min(begin+maxBatch, len(starts))]
		ids := make([]any, len(some))
		for i, key := range some {
			ids[i] = recordingID(r.User, fileOfStart(r.User, key))
		}
		for _, found := range s.getRows(ctx, ids) {
			switch {
			case errors.Is(found.Err, stream.ErrDamaged):
				damages = append(damages, found.Err)
			case found.Err != nil:
				return nil, found.Err
			case found.Value != nil:
				r.Recordings = append(r.Recordings, *found.Value)
			}
		}
	}
	return damages, nil
}

// readPast returns the texts of the sessions in spans. One without texts is left out.
func (s *Store) readPast(ctx context.Context, user string, spans []stream.Span) (past []stream.PastRecord, damages []error, err error) {
	if len(spans) == 0 {
		return nil, nil, nil
	}
	fields := make([]string, len(spans))
	for i, span := range spans {
		fields[i] = pastField(user, span.Session)
	}
	found, err := s.db.Client().HMGet(ctx, s.keys.past, fields...).Result()
	if err != nil {
		return nil, nil, err
	}
	for i, span := range spans {
		text, kept := found[i].(string)
		if !kept {
			continue
		}
		one := stream.PastRecord{Session: span.Session}
		if err := json.Unmarshal([]byte(text), &one.Texts); err != nil {
			damages = append(damages, err)
			continue
		}
		past = append(past, one)
	}
	return past, damages, nil
}
