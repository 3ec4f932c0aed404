package redisstore

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room"
)

// importChunk is how many members of a room go in at once.
const importChunk = 500

var (
	//go:embed import.lua
	importSource string
	importScript = newScript(importSource)

	//go:embed count.lua
	countSource string
	countScript = newScript(countSource)
)

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
