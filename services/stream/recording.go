package stream

import (
	"math"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/stream"
)

// sameWithin is how far, in seconds, the times of one recording's files may
// differ; in milliseconds it is also how little a session is told by.
const sameWithin = 2

// addFile adds a file to the recording it is part of, or begins a recording.
func addFile(tx Tx, file stream.File) error {
	found, err := recordingOf(tx, file)
	if err != nil {
		return err
	}
	if found == nil {
		a, err := tx.Anchor()
		if err != nil {
			return err
		}
		title, profile := a.recordedFrom(file.Start, file.End, tx.Now())
		found = &stream.Recording{
			User: a.Room.User, FileID: file.FileID, Title: title, Profile: profile,
			Start: file.Start, End: file.End,
		}
	}
	switch file.Format {
	case stream.FLV:
		found.FLV = file.URL
	case stream.HLS:
		found.HLS = file.URL
	case stream.MP4:
		found.MP4 = file.URL
	}
	return tx.PutRecording(*found, file.FileID)
}

// recordingOf finds the recording that has the file, or that it belongs to.
func recordingOf(tx Tx, file stream.File) (*stream.Recording, error) {
	found, err := tx.Recording(file.FileID)
	if err != nil || found != nil {
		return found, err
	}
	near, err := tx.RecordingsFrom(file.Start-sameWithin, file.Start+sameWithin)
	if err != nil {
		return nil, err
	}
	for _, r := range near {
		if file.End-sameWithin <= r.End && r.End <= file.End+sameWithin {
			return &r, nil
		}
	}
	return nil, nil
}

// listable reports whether the file can be a row at all.
func listable(file stream.File) bool {
	switch file.Format {
	case stream.FLV, stream.HLS, stream.MP4:
	default:
		return false
	}
	return file.FileID != "" && len(file.FileID) <= stream.MaxID && file.URL != "" &&
		file.Start > 0 && file.Start <= file.End && file.End <= math.MaxInt32
}

func duration(file stream.File) time.Duration {
	length := file.Duration
	if length == 0 {
		length = file.End - file.Start
	}
	return time.Duration(min(max(length, 0), math.MaxInt32)) * time.Second
}

// recordedFrom returns title and profile of the session that a recording was
// made of: the one it shares most time with, or stands nearest to. The platform
// tells time in seconds, so of sessions that close together the first is taken.
func (a *Anchor) recordedFrom(start, end int64, now time.Time) (string, stream.Profile) {
	current := Past{a.Opened, a.Ended, a.Room.Title, a.Room.Profile}
	if current.Ended == 0 {
		current.Ended = now.UnixMilli()
	}
	sessions := a.Past
	if a.FirstOnline != 0 || len(a.Past) == 0 {
		sessions = append(slices.Clip(sessions), current)
	}
	shared := func(p Past) int64 { // milliseconds; negative: the gap
		return min(p.Ended, end*1000) - max(p.Opened, start*1000)
	}
	best := int64(math.MinInt64)
	for _, p := range sessions {
		best = max(best, shared(p))
	}
	for _, p := range sessions {
		if shared(p) >= best-sameWithin*1000 {
			return p.Title, p.Profile
		}
	}
	return current.Title, current.Profile
}
