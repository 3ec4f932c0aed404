package redisstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/services/room"
)

// reading is a room that is being exported.
type reading struct {
	name, session, cursor string
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
	traces, _ := found[3].([]any)
	if err := r.putMembers(members, out); err != nil {
		return false, err
	}
	if err := r.putTraces(traces, out); err != nil {
		return false, err
	}
	r.cursor, _ = found[1].(string)
	return r.cursor != "0", nil
}

// putMembers takes four values for each member, as record does.
func (r *reading) putMembers(members []any, out backup.Out) error {
	for i := 0; i+3 < len(members); i += 4 {
		record, err := r.record(texts(members[i : i+4]))
		if err != nil {
			out.Damaged(fmt.Sprintf("member %q of the room %q", members[i], r.name), err)
			continue
		}
		if err := out.Put(record); err != nil {
			return err
		}
	}
	return nil
}

// putTraces takes two values for each trace, as trace does.
func (r *reading) putTraces(traces []any, out backup.Out) error {
	for i := 0; i+1 < len(traces); i += 2 {
		user, _ := traces[i].(string)
		text, _ := traces[i+1].(string)
		record, err := r.trace(user, text)
		if err != nil {
			out.Damaged(fmt.Sprintf("trace of %q in the room %q", user, r.name), err)
			continue
		}
		if err := out.Put(record); err != nil {
			return err
		}
	}
	return nil
}

// texts reads the four values of a member. What is no text becomes "", which record refuses.
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
