package storetest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/services/stream"
)

// fileIDs are the same for every user: none may find another's.
var fileIDs = []string{"1", "2", "3", "4", "5", "6"}

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
