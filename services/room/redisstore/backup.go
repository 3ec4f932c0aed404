package redisstore

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room"
)

// importChunk is how many members of a room go in at once.
const importChunk = 500

var (
	//go:embed export.lua
	exportSource string
	exportScript = newScript(exportSource)

	//go:embed import.lua
	importSource string
	importScript = newScript(importSource)

	//go:embed count.lua
	countSource string
	countScript = newScript(countSource)
	cameScript  = redisdb.NewScript(`return redis.call('HGETALL', KEYS[1])`)

	errDamaged = errors.New("damaged")
)

// Keys are all that rooms are kept under.
func Keys(db *redisdb.DB) []string { return []string{db.Pattern(kind, "*")} }

// reading is a room that is being exported.
type reading struct {
	name, session, cursor string
}

// Export gives every member and trace, each as of one moment, then every audience. A member
// who enters or leaves meanwhile may be among them or not.
func Export(ctx context.Context, db *redisdb.DB, config room.Config, out backup.Out) error {
	s := &Store{db: db, config: config}
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
		}
		return nil
	})
}

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
		calls[i] = s.call(r.name)
		calls[i].Args = append(calls[i].Args, r.cursor)
	}
	for i, reply := range s.db.Run(ctx, exportScript, calls) {
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

// take gives the members of a chunk. A session that has been replaced since the last
// chunk makes that void: the room is read from its beginning.
func (r *reading) take(reply any, out backup.Out) (more bool, err error) {
	found, _ := reply.([]any)
	if len(found) != 4 {
		return false, fmt.Errorf("redis replied %v", reply)
	}
	session, known := found[0].(string)
	if !known {
		return false, nil // all have left
	}
	if r.session != "" && r.session != session {
		r.session, r.cursor = session, "0"
		return true, nil
	}
	r.session = session
	members, _ := found[2].([]any)
	for i := 0; i+3 < len(members); i += 4 {
		record, err := r.record(texts(members[i : i+4]))
		if err != nil {
			out.Damaged(fmt.Sprintf("member %q of the room %q", members[i], r.name), err)
			continue
		}
		if err := out.Put(record); err != nil {
			return false, err
		}
	}
	traces, _ := found[3].([]any)
	for i := 0; i+1 < len(traces); i += 2 {
		user, _ := traces[i].(string)
		text, _ := traces[i+1].(string)
		record, err := r.trace(user, text)
		if err != nil {
			out.Damaged(fmt.Sprintf("trace of %q in the room %q", user, r.name), err)
			continue
		}
		if err := out.Put(record); err != nil {
			return false, err
		}
	}
	r.cursor, _ = found[1].(string)
	return r.cursor != "0", nil
}

func texts(list []any) [4]string {
	var found [4]string
	for i := range found {
		found[i], _ = list[i].(string)
	}
	return found
}

// trace reads one of somebody who has left: "seen heard level profile".
func (r *reading) trace(user, text string) (room.Record, error) {
	parts := strings.SplitN(text, " ", 3)
	if len(parts) != 3 {
		return room.Record{}, errDamaged
	}
	found, err := r.record([4]string{user, "0 " + parts[2], parts[0], parts[1]})
	found.Left = true
	return found, err
}

// record reads user, record, time and last presence of a member.
func (r *reading) record(member [4]string) (found room.Record, err error) {
	parts := strings.SplitN(member[1], " ", 3) // place, level, profile
	if len(parts) != 3 {
		return found, errDamaged
	}
	session, err1 := strconv.ParseInt(r.session, 10, 64)
	place, err2 := strconv.ParseUint(parts[0], 10, 64)
	level, err3 := strconv.ParseInt(parts[1], 10, 32)
	seen, err4 := strconv.ParseFloat(member[2], 64) // so Redis writes scores
	heard, err5 := strconv.ParseInt(member[3], 10, 64)
	var shown profile
	err = errors.Join(err1, err2, err3, err4, err5, json.Unmarshal([]byte(parts[2]), &shown))
	return room.Record{
		Room: r.name, Session: session, User: member[0], Nickname: shown.Nickname, HeadPic: shown.HeadPic,
		Seen: int64(seen), Place: place, Level: int32(level), Heard: max(heard, -heard), Told: heard > 0,
	}, err
}

// Import takes records in, members of a room that are side by side in one call.
func Import(ctx context.Context, db *redisdb.DB, config room.Config, records [][]byte) error {
	s := &Store{db: db, config: config}
	var calls, counts []redisdb.Call
	var last room.Record
	size := 0 // of the last call
	for _, raw := range records {
		var r room.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		if a := r.Audience; a != nil {
			call := s.call(r.Room)
			call.Args = append(call.Args, r.Session, fmt.Sprintf("%d %d %d", a.Joined, a.Peak, a.At))
			counts = append(counts, call)
			continue
		}
		if len(calls) == 0 || r.Room != last.Room || r.Session != last.Session || size == importChunk {
			call := s.call(r.Room)
			call.Args = append(call.Args, r.Session)
			calls, size = append(calls, call), 0
		}
		last = r
		size++
		args := &calls[len(calls)-1].Args
		*args = append(*args, r.User, r.Place, r.Level, r.Seen, word(r), flag(r.Left), encode(members.Entry{Nickname: r.Nickname, HeadPic: r.HeadPic}))
	}
	if _, err := combine.All(db.Run(ctx, importScript, calls)); err != nil {
		return err
	}
	_, err := combine.All(db.Run(ctx, countScript, counts))
	return err
}

// word is the last presence as the scripts keep it, see room.lua.
func word(r room.Record) int64 {
	if r.Told {
		return r.Heard
	}
	return -r.Heard
}
