package redisstore

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"xiaozhibo.dev/libs/store/plainjson"
	"xiaozhibo.dev/services/stream"
)

// entry is what is read most of an anchor. Its text in Redis is a version, that
// every commit makes anew, a space, and JSON. The version is in front so that commit.lua
// compares it without reading JSON.
type entry struct {
	version string
	stream.Current
}

// decodeEntry returns nil for a nil reply. A damaged entry still has its version.
func decodeEntry(reply any) (*entry, error) {
	if reply == nil {
		return nil, nil
	}
	text, _ := reply.(string)
	version, raw, ok := strings.Cut(text, " ")
	if end := strings.IndexAny(version, "\t\n\v\f\r"); end >= 0 { // as commit.lua takes it, byte by byte
		version = version[:end]
	}
	e := &entry{version: version}
	if !ok {
		return e, stream.ErrDamaged
	}
	if err := json.Unmarshal([]byte(raw), &e.Current); err != nil {
		return e, fmt.Errorf("%w: %w", stream.ErrDamaged, err)
	}
	return e, nil
}

// encode writes an entry as it is kept: version, space, JSON.
func (e *entry) encode() (string, error) {
	raw, err := plainjson.Encode(e.Current)
	return e.version + " " + string(raw), err
}

// decodeRow reads a recording. What cannot be read is ErrDamaged.
func decodeRow(reply any) (*stream.Recording, error) {
	text, ok := reply.(string)
	if !ok {
		return nil, stream.ErrDamaged
	}
	var r stream.Recording
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return nil, fmt.Errorf("%w: %w", stream.ErrDamaged, err)
	}
	return &r, nil
}

// timed reads a reply of a time, in Unix milliseconds, and a list of that length. All scripts
// that read answer so, as what they found is judged by the clock of that moment.
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
