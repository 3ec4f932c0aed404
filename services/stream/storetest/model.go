package storetest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
)

// fileIDs are the same for every user: none may find another's.
var fileIDs = []string{"1", "2", "3", "4", "5", "6"}

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

// users returns every user of this run, some of whom nothing is kept of. Of
// their names some begin with others.
func (m *model) users() []string {
	run := fmt.Sprint(m.run, "-")
	return []string{run + "a", run + "aa", run + "a\x00", run + "B", run + "中"}
}

func (m *model) drawUser(t *rapid.T) string { return rapid.SampledFrom(m.users()).Draw(t, "user") }

// drawAnchor draws any anchor that a service could put now.
func (m *model) drawAnchor(t *rapid.T, now time.Time) stream.Anchor {
	user := m.drawUser(t)
	ms := now.UnixMilli()
	a := stream.Anchor{
		Current: stream.Current{
			Session: streams.Session{
				User:      user,
				Number:    ms,
				StreamID:  fmt.Sprintf("%s/%d", user, rapid.IntRange(1, 2).Draw(t, "stream")),
				Group:     "g",
				Title:     rapid.StringN(1, 4, -1).Draw(t, "title"),
				Timestamp: m.began - int64(rapid.IntRange(0, 3).Draw(t, "age")), // few, for ties
				Online:    rapid.Bool().Draw(t, "online"),
			},
			Opened:   ms,
			Alive:    ms - int64(rapid.IntRange(0, int(liveTTL.Milliseconds())-1).Draw(t, "silent")),
			Recorded: m.anchors[user].Recorded,
		},
		History: stream.History{Latest: ms, EndedSequences: m.anchors[user].EndedSequences},
	}
	if a.Session.Online || rapid.Bool().Draw(t, "was online") {
		a.FirstOnline = ms
	}
	if !a.Session.Online && (a.FirstOnline != 0 || rapid.Bool().Draw(t, "ended")) {
		a.Ended = ms // what was online and is not, has ended
	}
	if rapid.Bool().Draw(t, "with history") {
		a.EndedSequences = append(slices.Clone(a.EndedSequences), a.Session.Title)
		a.Past = []stream.Span{{Session: ms, Opened: a.Opened, Ended: ms}}
	}
	return a
}

// drawFile draws a recording and a file id it is to be found under: a new one,
// or a known one with one URL more.
func (m *model) drawFile(t *rapid.T) (r streams.Recording, fileID string) {
	user := m.drawUser(t)
	fileID = rapid.SampledFrom(fileIDs).Draw(t, "file id")
	of := fileID
	if rapid.Bool().Draw(t, "of another") {
		of = rapid.SampledFrom(fileIDs).Draw(t, "other file id")
	}
	known, url := m.recording(user, fileID), "http://"+rapid.StringN(1, 4, -1).Draw(t, "url")
	if known == nil {
		known = m.recording(user, of)
	}
	if known != nil {
		r = *known
		r.HLS = url
		return r, fileID
	}
	start := m.began - int64(rapid.IntRange(0, 40).Draw(t, "age")) // some have left the window
	end := start + int64(rapid.IntRange(0, int(maxLength/time.Second)).Draw(t, "length"))
	return streams.Recording{User: user, FileID: fileID, Title: "t", Start: start, End: end, FLV: url}, fileID
}

func (m *model) putAnchor(a stream.Anchor) {
	m.anchors[a.Session.User] = a
	m.streams[a.Session.StreamID] = a.Session.User
}

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
