package redisstore

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/store/plainjson"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
)

var (
	//go:embed commit.lua
	commitSource string
	commitScript = redisdb.NewScript(commitSource)
)

// The methods add… and the lists of commit.lua are in one order: what is added to one must be
// added to the other at the same place. Maps are gone through sorted, so the same commit is
// the same text.

// call returns the commit of all that was put, as commit.lua takes it. version becomes
// that of the entry. The script writes nothing where the entry has another version than
// the one that was read.
func (t *tx) call(version string) (redisdb.Call, error) {
	call := redisdb.Call{Keys: t.store.keys.all(), Args: []any{t.user, t.before, version}}
	for _, add := range []func(*redisdb.Call) error{
		t.addAnchor, t.addRecordings, t.addPast, t.addDropped, t.addSummaries, t.addBan, t.addChanges,
	} {
		if err := add(&call); err != nil {
			return call, err
		}
	}
	return call, nil
}

// addAnchor adds entry, history, stream id and places in the sorted sets; all empty for an
// anchor that is to be deleted.
func (t *tx) addAnchor(call *redisdb.Call) error {
	if t.gone {
		call.Args = append(call.Args, "", "", t.known, "", "", "", "")
		return nil
	}
	e := entry{version: call.Args[2].(string), Current: t.anchor.Current}
	text, err := e.encode()
	if err != nil {
		return err
	}
	history, err := plainjson.Encode(t.anchor.History)
	if err != nil {
		return err
	}
	call.Args = append(call.Args, text, history, e.Session.StreamID)
	call.Args = append(call.Args, t.scores()...)
	return nil
}

// scores are those in live, alive, hidden and over: the newest first in live, since when the
// user waits in one of the others. Nothing in them depends on the time to live.
func (t *tx) scores() []any {
	scores := []any{"", "", "", ""}
	if t.anchor.Session.User == "" {
		return scores // of whom only recordings are kept
	}
	if t.anchor.Session.Online {
		scores[0] = fmt.Sprint(-t.anchor.Session.Timestamp)
	}
	wait, since := t.anchor.Since(t.store.config)
	place := map[stream.Wait]int{stream.Alive: 1, stream.Hidden: 2, stream.Over: 3}[wait]
	scores[place] = fmt.Sprint(since)
	return scores
}

// addRecordings adds the rows that were put, then the file ids that lead to them.
func (t *tx) addRecordings(call *redisdb.Call) error {
	call.Args = append(call.Args, len(t.recordings))
	for _, id := range slices.Sorted(maps.Keys(t.recordings)) {
		r := t.recordings[id]
		raw, err := plainjson.Encode(r)
		if err != nil {
			return err
		}
		// What is out of its window is left as it is: the sweep takes it out and tells of it.
		listed := ""
		switch {
		case !r.Playable():
			listed = "0"
		case r.InWindow(t.now, t.store.config):
			listed = "1"
		}
		call.Args = append(call.Args, id, raw, startKey(t.user, r.Start, r.FileID), -r.Start, r.End, listed)
	}
	call.Args = append(call.Args, len(t.files))
	for _, fileID := range slices.Sorted(maps.Keys(t.files)) {
		call.Args = append(call.Args, fileKey(t.user, fileID), t.files[fileID], fileUserKey(fileID, t.user))
	}
	return nil
}

// addPast adds the texts of earlier sessions: those to keep, then those to delete.
func (t *tx) addPast(call *redisdb.Call) error {
	var put, dropped []any
	for _, session := range slices.Sorted(maps.Keys(t.past)) {
		texts := t.past[session]
		if texts == nil {
			dropped = append(dropped, pastField(t.user, session))
			continue
		}
		raw, err := plainjson.Encode(texts)
		if err != nil {
			return err
		}
		put = append(put, pastField(t.user, session), raw)
	}
	call.Args = append(append(call.Args, len(put)/2), put...)
	call.Args = append(append(call.Args, len(dropped)), dropped...)
	return nil
}

// addDropped adds the rows and file ids that go with a forgotten user.
func (t *tx) addDropped(call *redisdb.Call) error {
	call.Args = append(append(call.Args, len(t.droppedRows)/2), t.droppedRows...)
	call.Args = append(append(call.Args, len(t.droppedFiles)/2), t.droppedFiles...)
	return nil
}

// addSummaries adds the sessions that have ended: those to keep, then those to delete.
func (t *tx) addSummaries(call *redisdb.Call) error {
	var put, dropped []any
	prefix := userPrefix(t.user)
	for _, session := range slices.Sorted(maps.Keys(t.summaries)) {
		ended := t.summaries[session]
		if ended == nil {
			dropped = append(dropped, pastField(t.user, session))
			continue
		}
		raw, err := plainjson.Encode(ended)
		if err != nil {
			return err
		}
		put = append(put, pastField(t.user, session), raw, -ended.Ended, streams.MaxSummaries, "["+prefix, "("+prefix+"\xff")
	}
	call.Args = append(append(call.Args, len(put)/6), put...)
	call.Args = append(append(call.Args, len(dropped)), dropped...)
	return nil
}

// addBan adds the ban of the user, if it was put.
func (t *tx) addBan(call *redisdb.Call) error {
	switch {
	case !t.banPut:
		call.Args = append(call.Args, 0)
	case t.ban == nil:
		call.Args = append(call.Args, 1, t.user, "")
	default:
		raw, err := plainjson.Encode(t.ban)
		if err != nil {
			return err
		}
		call.Args = append(call.Args, 1, t.user, raw)
	}
	return nil
}

// addChanges adds what has changed in the list.
func (t *tx) addChanges(call *redisdb.Call) error {
	call.Args = append(call.Args, len(t.changes))
	for _, change := range t.changes {
		raw, err := plainjson.Encode(change)
		if err != nil {
			return err
		}
		call.Args = append(call.Args, raw)
	}
	return nil
}
