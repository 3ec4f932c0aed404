package stream

import (
	"math"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// sameWithin is how far, in seconds, the times of one recording's files may
// differ; in milliseconds it is also how little a session is told by.
const sameWithin = 2

// addFile adds a file to the recording it is part of, or begins a recording.
func addFile(tx Tx, a *Anchor, file streams.File) error {
	found, known, err := recordingOf(tx, file)
	if err != nil {
		return err
	}
	if found == nil {
		if found, err = beginRecording(tx, a, file); err != nil {
			return err
		}
	}
	before := *found
	switch file.Format {
	case streams.FLV:
		found.FLV = file.URL
	case streams.HLS:
		found.HLS = file.URL
	case streams.MP4:
		found.MP4 = file.URL
	}
	if known && *found == before {
		return nil // repeated
	}
	return tx.PutRecording(*found, file.FileID)
}

// beginRecording makes the row of a file, and notes at the anchor until when it has
// something to show.
func beginRecording(tx Tx, a *Anchor, file streams.File) (*streams.Recording, error) {
	texts, err := a.recordedFrom(tx, file.Start, file.End)
	if err != nil {
		return nil, err
	}
	if file.End > a.Recorded {
		a.Recorded = file.End
		if err := tx.PutAnchor(*a); err != nil {
			return nil, err
		}
	}
	return &streams.Recording{
		User: a.Session.User, FileID: file.FileID, Title: texts.Title, Profile: texts.Profile,
		Start: file.Start, End: file.End,
	}, nil
}

// recordingOf finds the recording that the file belongs to. Known: it has the file
// already.
func recordingOf(tx Tx, file streams.File) (found *streams.Recording, known bool, err error) {
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

// listable reports whether the file can be a row at all.
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

func duration(file streams.File) time.Duration {
	length := file.Duration
	if length == 0 {
		length = file.End - file.Start
	}
	return time.Duration(min(max(length, 0), math.MaxInt32)) * time.Second
}

// recordedFrom returns the texts of the session that a recording was made of: the
// one it shares most time with, or stands nearest to. The platform tells time in
// seconds, so of sessions that close together the first is taken.
func (a *Anchor) recordedFrom(tx Tx, start, end int64) (Texts, error) {
	current := Span{Session: a.Session.Number, Opened: a.Opened, Ended: a.Ended}
	if current.Ended == 0 {
		current.Ended = tx.Now().UnixMilli()
	}
	sessions := a.Past
	if a.FirstOnline != 0 || len(a.Past) == 0 {
		sessions = append(slices.Clip(sessions), current)
	}
	shared := func(s Span) int64 { // milliseconds; negative: the gap
		return min(s.Ended, end*1000) - max(s.Opened, start*1000)
	}
	best := int64(math.MinInt64)
	for _, s := range sessions {
		best = max(best, shared(s))
	}
	for _, s := range sessions {
		if s.Session != current.Session && shared(s) >= best-sameWithin*1000 {
			return tx.Past(s.Session)
		}
	}
	return Texts{Title: a.Session.Title, Profile: a.Session.Profile}, nil
}
