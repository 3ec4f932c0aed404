package redisstore

import (
	"context"
	"encoding/json"
	"fmt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room"
)

// importChunk is how many members of a room go in at once.
const importChunk = 500

// Import takes records in, members of a room that are side by side in one call.
func Import(ctx context.Context, db *redisdb.DB, config room.Config, records [][]byte) error {
	s := &Store{db: db, config: config, scripts: newScripts(config)}
	var calls, counts []redisdb.Call
	var last room.Record
	size := 0 // of the last call
	for _, raw := range records {
		var r room.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		if a := r.Audience; a != nil {
			counts = append(counts, s.call(r.Room, r.Session, fmt.Sprintf("%d %d %d", a.Joined, a.Peak, a.At)))
			continue
		}
		if len(calls) == 0 || r.Room != last.Room || r.Session != last.Session || size == importChunk {
			calls, size = append(calls, s.call(r.Room, r.Session)), 0
		}
		last = r
		size++
		args := &calls[len(calls)-1].Args
		*args = append(*args, r.User, r.Place, r.Level, r.Seen, word(r), flag(r.Left), encode(members.Entry{Nickname: r.Nickname, HeadPic: r.HeadPic}))
	}
	if _, err := combine.All(db.Run(ctx, s.scripts.put, calls)); err != nil {
		return err
	}
	_, err := combine.All(db.Run(ctx, s.scripts.count, counts))
	return err
}

// word is the last presence as the scripts keep it, see room.lua.
func word(r room.Record) int64 {
	if r.Told {
		return r.Heard
	}
	return -r.Heard
}
