package stream

import (
	"math"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// addFile adds a file to the recording it is part of, or begins one, and tells it. Every
// verdict goes into the story of the session if it is of the current one: an anchor who asks
// why a recording is not there finds the reason.
func (t *turn) addFile(file streams.File) (verdict streams.Verdict, err error) {
	session := t.Session.Number
	switch {
	case duration(file) < t.config.MinRecording:
		verdict = streams.TooShort
	case fromAhead(file, t.now):
		verdict = streams.TooEarly
	default:
		verdict, session, err = t.record(file)
	}
	if err != nil {
		return "", err
	}
	entry := streams.Entry{
		At: t.now.UnixMilli(), SentAt: file.End * 1000, Source: file.Source, What: streams.Recorded, ID: file.FileID, Verdict: verdict,
	}
	if session == t.Session.Number {
		t.tell(entry)
	}
	return verdict, nil
}

// record keeps a file. session is the one that a new recording was made of, else the
// current one. A file that was deleted is not taken again: the platform repeats its events, and
// one that comes after the deletion must not bring it back.
func (t *turn) record(file streams.File) (verdict streams.Verdict, session int64, err error) {
	session = t.Session.Number
	found, known, err := recordingOf(t.tx, file)
	if err != nil {
		return "", 0, err
	}
	isNew := found == nil
	if isNew {
		if found, session, err = t.beginRecording(file); err != nil {
			return "", 0, err
		}
	}
	before := found.Recording // to tell a repetition, which is not written
	kept := found.file(file.FileID)
	if kept.Gone {
		return streams.FileIsGone, session, nil
	}
	kept.Format = file.Format
	*found.url(file.Format) = file.URL
	if known && found.Recording == before {
		return streams.Repeated, session, nil
	}
	if found.InWindow(t.now, t.config) {
		row := found.Recording
		t.changes = append(t.changes, streams.Change{Kind: streams.RecordingListed, User: row.User, FileID: row.FileID, New: isNew, Recording: &row})
	}
	if isNew {
		if err := t.countRecording(session); err != nil {
			return "", 0, err
		}
	}
	t.puts = append(t.puts, recordingPut{*found, file.FileID})
	return streams.Applied, session, nil
}

// recordingPut is a recording to be kept, found under a file id. It waits for the end of the
// turn, as all that is written does.
type recordingPut struct {
	recording Recording
	fileID    string
}

// countRecording counts a row at the session that it was made of: the current one, whose summary
// is written anew if it has ended, or an earlier one, as long as its summary is kept.
func (t *turn) countRecording(session int64) error {
	if session == t.Session.Number {
		t.Recordings++
		if t.Exists() && !t.Live() {
			t.keepSummary(t.Anchor)
		}
		return nil
	}
	ended, err := t.tx.Summary(session)
	if err != nil || ended == nil {
		return err
	}
	ended.Recordings++
	t.summaries = append(t.summaries, *ended)
	return nil
}

// beginRecording makes the row of a file, and notes at the anchor until when it has
// something to show. session is the one it was recorded from.
func (t *turn) beginRecording(file streams.File) (r *Recording, session int64, err error) {
	texts, session, err := t.recordedFrom(t.tx, file.Start, file.End)
	if err != nil {
		return nil, 0, err
	}
	t.Recorded = max(t.Recorded, file.End)
	return &Recording{Recording: streams.Recording{
		User: t.Session.User, FileID: file.FileID, Title: texts.Title, Profile: texts.Profile,
		Start: file.Start, End: file.End,
	}}, session, nil
}

// recordingOf finds the recording that the file belongs to: by its id, else by its times. Files of
// one recording come in events of their own, in any order, and name nothing that they share. Known:
// it has the file already.
func recordingOf(tx Tx, file streams.File) (found *Recording, known bool, err error) {
	found, err = tx.Recording(file.FileID)
	if err != nil || found != nil {
		return found, found != nil, err
	}
	near, err := tx.RecordingsFrom(file.Start-sameWithin, file.Start+sameWithin)
	if err != nil {
		return nil, false, err
	}
	for _, r := range near {
		if file.End-sameWithin <= r.End && r.End <= file.End+sameWithin {
			return &r, false, nil
		}
	}
	return nil, false, nil
}

// readsOf is what addFile asks for: the recording of the file, else those that it may be part
// of, and what is kept of the session that it was recorded from. Which that is depends on the anchor
// as it is now, so the store is handed the rule and not a number.
func (s *Service) readsOf(file streams.File) Reads {
	return Reads{
		FileID: file.FileID, From: file.Start - sameWithin, To: file.Start + sameWithin,
		Sessions: func(a Anchor, now time.Time) []int64 {
			a.Settle(now, s.config)
			if session := a.sessionOf(now, file.Start, file.End); session != a.Session.Number {
				return []int64{session}
			}
			return nil
		},
	}
}

// listable reports whether the file can be a row at all: it has an id, a URL of a format that
// clients play, and times that fit into the 32 bits of the protocol.
func listable(file streams.File) bool {
	switch file.Format {
	case streams.FLV, streams.HLS, streams.MP4:
	default:
		return false
	}
	return file.FileID != "" && len(file.FileID) <= streams.MaxID && file.URL != "" &&
		file.Start > 0 && file.Start <= file.End && file.End <= math.MaxInt32
}

// fromAhead reports whether a file ends further ahead than clocks may differ. Its row
// would stand before all others until then.
func fromAhead(file streams.File, now time.Time) bool { return file.End > now.Add(maxAhead).Unix() }

// duration is how long a recording is: as the platform says, else from start to end. A negative
// one is none, and the upper bound keeps the product of it and a second from overflowing.
func duration(file streams.File) time.Duration {
	length := file.Duration
	if length == 0 {
		length = file.End - file.Start
	}
	return time.Duration(min(max(length, 0), math.MaxInt32)) * time.Second
}
