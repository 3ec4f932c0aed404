package redisstore

import (
	"context"
	"strconv"
	"strings"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room"
)

// tooMany is what hear.lua answers for a room that is full.
const tooMany = "too_many"

// Hear implements room.Store. A presence that is repeated says the same of the same moment, so
// it may be sent again: it is members.Repeated then.
func (s *Store) Hear(ctx context.Context, presences []members.Presence) []combine.Result[members.Verdict] {
	return redisdb.Persist(ctx, s.hears.Do, presences...)
}

// hear carries out one batch: a call of hear.lua for each room.
func (s *Store) hear(ctx context.Context, presences []members.Presence) []combine.Result[members.Verdict] {
	calls, places := calls(s, presences, func(p members.Presence) (members.Key, []any) {
		return p.Room, []any{p.User, flag(p.In), p.At, p.Age}
	})
	return answers(s.db.Run(ctx, s.scripts.hear, calls), places, len(presences), "presences in a room", func(verdict string) (members.Verdict, error) {
		if verdict == tooMany {
			return "", apierr.New(apierr.TooMany, "the room has %d members, as many as it may", s.config.MaxMembers)
		}
		return members.Verdict(verdict), nil
	})
}

// Audiences implements room.Store.
func (s *Store) Audiences(ctx context.Context, keys []members.Key) []combine.Result[members.Audience] {
	return redisdb.Persist(ctx, s.audiences.Do, keys...)
}

// came reads one batch of audiences: a call for each name.
func (s *Store) came(ctx context.Context, keys []members.Key) []combine.Result[members.Audience] {
	calls, places := calls(s, keys, func(k members.Key) (members.Key, []any) { return k, nil })
	return answers(s.db.Run(ctx, s.scripts.audience, calls), places, len(keys), "audiences", func(text string) (members.Audience, error) {
		if came, err := decodeCame(text); err == nil {
			return members.Audience{Peak: came.Peak, Joined: came.Joined}, nil
		}
		return members.Audience{}, nil // what is damaged counts as nobody
	})
}

// decodeCame reads how many came to a session, as room.lua writes it; nothing at all is
// nobody.
func decodeCame(text string) (came room.AudienceRecord, err error) {
	if text == "" {
		return came, nil
	}
	parts := strings.Split(text, " ")
	if len(parts) != 3 {
		return came, errDamaged
	}
	for i, number := range []*int64{&came.Joined, nil, &came.At} {
		if number == nil {
			came.Peak, err = strconv.Atoi(parts[i])
		} else {
			*number, err = strconv.ParseInt(parts[i], 10, 64)
		}
		if err != nil {
			return room.AudienceRecord{}, errDamaged
		}
	}
	return came, nil
}
