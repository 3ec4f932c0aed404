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
	exportScript = redisdb.NewScript(roomSource + exportSource)

	//go:embed import.lua
	importSource string
	importScript = redisdb.NewScript(roomSource + importSource)
)

// Keys are all that rooms are kept under.
func Keys(db *redisdb.DB) []string { return []string{db.Pattern(kind, "*")} }

// reading is a room that is being exported.
type reading struct {
	name, session, cursor string
}

// Export gives every member, each as of one moment. Who enters or leaves meanwhile
// may be among them or not.
func Export(ctx context.Context, db *redisdb.DB, config room.Config, out backup.Out) error {
	s := &Store{db: db, config: config}
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
	if len(found) != 3 {
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
	for i := 0; i+2 < len(members); i += 3 {
		record, err := r.record(texts(members[i : i+3]))
		if err != nil {
			out.Damaged(fmt.Sprintf("member %q of the room %q", members[i], r.name), err)
			continue
		}
		if err := out.Put(record); err != nil {
			return false, err
		}
	}
	r.cursor, _ = found[1].(string)
	return r.cursor != "0", nil
}

func texts(list []any) [3]string {
	var found [3]string
	for i := range found {
		found[i], _ = list[i].(string)
	}
	return found
}

// record reads user, record and time of a member.
func (r *reading) record(member [3]string) (found room.Record, err error) {
	parts := strings.SplitN(member[1], " ", 3) // place, level, profile
	if len(parts) != 3 {
		return found, errors.New("damaged")
	}
	session, err1 := strconv.ParseInt(r.session, 10, 64)
	place, err2 := strconv.ParseUint(parts[0], 10, 64)
	level, err3 := strconv.ParseInt(parts[1], 10, 32)
	seen, err4 := strconv.ParseFloat(member[2], 64) // so Redis writes scores
	var shown profile
	err = errors.Join(err1, err2, err3, err4, json.Unmarshal([]byte(parts[2]), &shown))
	return room.Record{
		Room: r.name, Session: session, User: member[0], Nickname: shown.Nickname, HeadPic: shown.HeadPic,
		Seen: int64(seen), Place: place, Level: int32(level),
	}, err
}

// Import takes members in, those of a room that are side by side in one call.
func Import(ctx context.Context, db *redisdb.DB, config room.Config, records [][]byte) error {
	s := &Store{db: db, config: config}
	var calls []redisdb.Call
	var last room.Record
	size := 0 // of the last call
	for _, raw := range records {
		var r room.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		if len(calls) == 0 || r.Room != last.Room || r.Session != last.Session || size == importChunk {
			call := s.call(r.Room)
			call.Args = append(call.Args, r.Session)
			calls, size = append(calls, call), 0
		}
		last = r
		size++
		args := &calls[len(calls)-1].Args
		*args = append(*args, r.User, r.Place, r.Level, r.Seen, encode(members.Entry{Nickname: r.Nickname, HeadPic: r.HeadPic}))
	}
	_, err := combine.All(db.Run(ctx, importScript, calls))
	return err
}
