package redisstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	api "xiaozhibo.dev/libs/api/stream"
)

// entry is what is read most of an anchor. Its text in Redis is a version, that
// every commit makes anew, a space, and JSON.
type entry struct {
	version string
	Room    api.Room `json:"room"`
	Alive   int64    `json:"alive"` // when last shown alive, Unix milliseconds
	Ended   bool     `json:"ended,omitempty"`
}

var errDamaged = errors.New("damaged")

// decodeEntry returns nil for a nil reply.
func decodeEntry(reply any) (*entry, error) {
	if reply == nil {
		return nil, nil
	}
	text, _ := reply.(string)
	version, raw, ok := strings.Cut(text, " ")
	if !ok {
		return nil, errDamaged
	}
	e := &entry{version: version}
	return e, json.Unmarshal([]byte(raw), e)
}

func (e *entry) encode() (string, error) {
	raw, err := json.Marshal(e)
	return e.version + " " + string(raw), err
}

// due is when the session ends by itself, in Unix milliseconds.
func (e *entry) due(ttl time.Duration) int64 { return e.Alive + ttl.Milliseconds() }

// present returns the room as it stands at now, nil if there is none.
func (e *entry) present(now time.Time, ttl time.Duration) *api.Room {
	if e == nil || e.Room.Session == 0 {
		return nil
	}
	room := e.Room
	room.Online = room.Online && e.due(ttl) > now.UnixMilli()
	return &room
}

func decodeRecording(reply any) (*api.Recording, error) {
	text, ok := reply.(string)
	if !ok {
		return nil, errDamaged
	}
	var r api.Recording
	return &r, json.Unmarshal([]byte(text), &r)
}

// timed reads a reply of a time and a list.
func timed(reply any, length int) (now time.Time, list []any, err error) {
	parts, _ := reply.([]any)
	if len(parts) == 2 {
		ms, isTime := parts[0].(int64)
		list, isList := parts[1].([]any)
		if isTime && isList && len(list) == length {
			return time.UnixMilli(ms), list, nil
		}
	}
	return now, nil, fmt.Errorf("redis replied %v", reply)
}
