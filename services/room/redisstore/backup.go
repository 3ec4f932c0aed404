package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room"
)

var (
	cameScript = redisdb.NewScript(`return redis.call('HGETALL', KEYS[1])`)

	errDamaged = errors.New("damaged")
)

// Keys returns the patterns of all keys that rooms are kept under. A restore
// wants none of them to be there, and deletes what an unfinished one has left.
func Keys(db *redisdb.DB) []string { return []string{db.Pattern(kind, "*")} }

// Export gives every member and trace, each as of one moment, then every audience. A member
// who enters or leaves meanwhile may be among them or not.
func Export(ctx context.Context, db *redisdb.DB, config room.Config, out backup.Out) error {
	s := &Store{db: db, config: config, scripts: newScripts(config)}
	if err := s.exportRooms(ctx, out); err != nil {
		return err
	}
	return s.exportAudiences(ctx, out)
}

// exportAudiences gives how many came to all sessions of all names.
func (s *Store) exportAudiences(ctx context.Context, out backup.Out) error {
	const part = ":n"
	return s.db.Scan(ctx, s.db.Pattern(kind, part), func(keys []string) error {
		calls := make([]redisdb.Call, len(keys))
		for i, key := range keys {
			calls[i] = redisdb.Call{Keys: []string{key}}
		}
		for i, reply := range s.db.Run(ctx, cameScript, calls) {
			if reply.Err != nil {
				return reply.Err
			}
			name, err := s.db.Tag(kind, keys[i])
			if err != nil {
				out.Damaged(fmt.Sprintf("key %q", keys[i]), err)
				continue
			}
			fields, _ := reply.Value.([]any)
			if err := putAudiences(name, fields, out); err != nil {
				return err
			}
		}
		return nil
	})
}

// putAudiences takes two values for each session of a name: its number, and what decodeCame
// reads.
func putAudiences(name string, fields []any, out backup.Out) error {
	for j := 0; j+1 < len(fields); j += 2 {
		field, _ := fields[j].(string)
		text, _ := fields[j+1].(string)
		session, err := strconv.ParseInt(field, 10, 64)
		came, err2 := decodeCame(text)
		if err := errors.Join(err, err2); err != nil {
			out.Damaged(fmt.Sprintf("audience of session %q of the room %q", field, name), err)
			continue
		}
		if err := out.Put(room.Record{Room: name, Session: session, Audience: &came}); err != nil {
			return err
		}
	}
	return nil
}

// exportRooms gives members and traces, a chunk of up to sweepRooms rooms in each round trip. A
// big room comes again and again, beside small ones that need one chunk.
func (s *Store) exportRooms(ctx context.Context, out backup.Out) error {
	db := s.db
	return db.Scan(ctx, db.Pattern(kind, ""), func(keys []string) error {
		var rooms []*reading
		for _, key := range keys {
			name, err := db.Tag(kind, key)
			if err != nil {
				out.Damaged(fmt.Sprintf("key %q", key), err)
				continue
			}
			rooms = append(rooms, &reading{name: name, cursor: "0"})
		}
		for len(rooms) > 0 {
			some := rooms[:min(len(rooms), sweepRooms)]
			more, err := s.exportSome(ctx, some, out)
			if err != nil {
				return err
			}
			rooms = append(more, rooms[len(some):]...)
		}
		return nil
	})
}

// exportSome reads a chunk of each room, and returns those that have more.
func (s *Store) exportSome(ctx context.Context, rooms []*reading, out backup.Out) (more []*reading, err error) {
	calls := make([]redisdb.Call, len(rooms))
	for i, r := range rooms {
		calls[i] = s.call(r.name, r.cursor)
	}
	for i, reply := range s.db.Run(ctx, s.scripts.export, calls) {
		if reply.Err != nil {
			return nil, reply.Err
		}
		unfinished, err := rooms[i].take(reply.Value, out)
		if err != nil {
			return nil, err
		}
		if unfinished {
			more = append(more, rooms[i])
		}
	}
	return more, nil
}
