package vod

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"xiaozhibo.dev/gateway/envelope"
)

// fileDeleted is the event type that means something to us.
const fileDeleted = "FileDeleted"

// maxFiles is how many files one callback may name. Each is a write of its own, and all
// have the time of one request; what is done stays done when the rest is sent again.
const maxFiles = 1000

// errNoSet is of a callback that should name files and does not. It is refused, as the service's form may have changed.
var errNoSet = errors.New("FileDeleteEvent.FileIdSet is no list")

// read returns the type of a callback as a label, and the files that it says are deleted,
// each once. What is no id in the list is left out: it names no file of ours.
func read(body []byte) (kind string, files []string, err error) {
	fields, err := envelope.Parse(body)
	if err != nil {
		return "", nil, err
	}
	if fields.Loose("EventType") != fileDeleted {
		return typeOther, nil, nil
	}
	var sent struct {
		FileDeleteEvent struct {
			Files []json.RawMessage `json:"FileIdSet"`
		}
	}
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &sent) != nil || sent.FileDeleteEvent.Files == nil {
		return "", nil, errNoSet
	}
	set := sent.FileDeleteEvent.Files
	if len(set) > maxFiles {
		return "", nil, fmt.Errorf("FileDeleteEvent.FileIdSet has %d ids, more than %d", len(set), maxFiles)
	}
	return typeDeleted, distinct(set), nil
}

// distinct returns the ids, each once, in the order in which they came.
func distinct(set []json.RawMessage) (files []string) {
	seen := map[string]bool{}
	for _, raw := range set {
		if id := idOf(raw); envelope.ValidID(id) && !seen[id] {
			files = append(files, id)
			seen[id] = true
		}
	}
	return files
}

// idOf returns an id that was sent as a text or a number, "" for anything else.
func idOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	return ""
}
