package storetest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
)

// model is what a store should keep, in maps that are sorted for each question.
type model struct {
	run        int
	began      int64 // Unix seconds
	anchors    map[string]stream.Anchor
	streams    map[string]string // stream id → user
	recordings map[streams.FileKey]streams.Recording
	files      map[streams.FileKey]string // any file id → that of the recording
	past       map[string]map[int64]stream.Texts
}

func newModel(run int, now time.Time) *model {
	return &model{
		run: run, began: now.Unix(),
		anchors: map[string]stream.Anchor{}, streams: map[string]string{},
		recordings: map[streams.FileKey]streams.Recording{}, files: map[streams.FileKey]string{},
		past: map[string]map[int64]stream.Texts{},
	}
}

// putAnchor keeps the stream id too; those of earlier sessions go on leading to the user.
func (m *model) putAnchor(a stream.Anchor) {
	m.anchors[a.Session.User] = a
	m.streams[a.Session.StreamID] = a.Session.User
}

// putRecording keeps a row, found under a file id besides those it had.
func (m *model) putRecording(r streams.Recording, fileID string) {
	m.recordings[streams.FileKey{User: r.User, FileID: r.FileID}] = r
	m.files[streams.FileKey{User: r.User, FileID: fileID}] = r.FileID
}

// session returns the user's session as it stands at now, nil for a user without one.
func (m *model) session(user string, now time.Time) *streams.Session {
	a, ok := m.anchors[user]
	if !ok {
		return nil
	}
	return a.Present(now, config)
}

// sweep settles every anchor, and deletes what is gone with all that belongs to it.
func (m *model) sweep(now time.Time) {
	for user, a := range m.anchors {
		wait, _ := a.Since(config)
		if gone := a.Settle(now, config); !gone {
			if wait != stream.Hidden || !a.Exists() { // that a hidden session ends is not worth a write
				m.anchors[user] = a
			}
			continue
		}
		delete(m.anchors, user)
		delete(m.past, user)
		maps.DeleteFunc(m.streams, func(id, of string) bool { return of == user && id == a.Session.StreamID })
		maps.DeleteFunc(m.recordings, func(key streams.FileKey, _ streams.Recording) bool { return key.User == user })
		maps.DeleteFunc(m.files, func(key streams.FileKey, _ string) bool { return key.User == user })
	}
}

// recording finds a row by any of its file ids, nil for none.
func (m *model) recording(user, fileID string) *streams.Recording {
	id, ok := m.files[streams.FileKey{User: user, FileID: fileID}]
	if !ok {
		return nil
	}
	r := m.recordings[streams.FileKey{User: user, FileID: id}]
	return &r
}

// startingWithin returns the user's recordings by ascending start.
func (m *model) startingWithin(user string, from, to int64) (found []streams.Recording) {
	for _, r := range m.recordings {
		if r.User == user && from <= r.Start && r.Start <= to {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b streams.Recording) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.FileID, b.FileID))
	})
	return found
}

// page is one list of sessions and recordings behind them, cut without regard to the border.
func (m *model) page(q streams.Query, now time.Time) (page streams.Page) {
	offset, limit := q.Offset, q.Limit
	if q.Live {
		live := m.live(now)
		page.Total += len(live)
		page.Sessions = live[min(offset, len(live)):min(offset+limit, len(live))]
		offset, limit = max(0, offset-len(live)), limit-len(page.Sessions)
	}
	if q.Recorded {
		recorded := m.recorded(now)
		page.Total += len(recorded)
		page.Recordings = recorded[min(offset, len(recorded)):min(offset+limit, len(recorded))]
	}
	return page
}

// live is the newest first, and users of one second by their names.
func (m *model) live(now time.Time) (list []streams.Session) {
	for user := range m.anchors {
		if session := m.session(user, now); session != nil && session.Online {
			list = append(list, *session)
		}
	}
	slices.SortFunc(list, func(a, b streams.Session) int {
		return cmp.Or(cmp.Compare(b.Timestamp, a.Timestamp), cmp.Compare(a.User, b.User))
	})
	return list
}

// recorded is the newest first, then by file id, then by user.
func (m *model) recorded(now time.Time) (list []streams.Recording) {
	for _, r := range m.recordings {
		if now.Before(time.Unix(r.End, 0).Add(window)) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b streams.Recording) int {
		return cmp.Or(cmp.Compare(b.Start, a.Start), cmp.Compare(a.FileID, b.FileID), cmp.Compare(a.User, b.User))
	})
	return list
}
