package stream

import (
	"encoding/json"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// sameWithin is a number of seconds. Files of one recording may differ by so much in their
// start and in their end. And when two sessions share nearly the same time with a
// recording, with a smaller difference than this, the earlier one is taken.
const sameWithin = 2

// Recording is a recording with all its files: the row that readers see, and what changes need
// to know of the files that it was made of. One broadcast may give an FLV, an HLS and an MP4
// file, each with an id of its own, and they are one row.
type Recording struct {
	streams.Recording
	Files []RecordedFile `json:"files,omitempty"`
}

// RecordedFile is one file that a recording is found by. A file that was kept before
// formats were has the format "". One that is Gone was deleted, and stays known as deleted.
type RecordedFile struct {
	ID     string         `json:"id"`
	Format streams.Format `json:"format,omitempty"`
	Gone   bool           `json:"gone,omitempty"`
}

// UnmarshalJSON reads a file id alone too, as it was kept before formats were.
func (f *RecordedFile) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		*f = RecordedFile{}
		return json.Unmarshal(raw, &f.ID)
	}
	type plain RecordedFile
	return json.Unmarshal(raw, (*plain)(f))
}

// Playable reports whether any file of the recording is there. One without is in no list.
func (r *Recording) Playable() bool { return r.FLV != "" || r.HLS != "" || r.MP4 != "" }

// Known are the files that it is found by, one at least.
func (r *Recording) Known() []RecordedFile {
	if len(r.Files) == 0 {
		return []RecordedFile{{ID: r.FileID}}
	}
	return r.Files
}

// InWindow reports whether its time in the list is not over: it is listed for strictly less
// than RecordingWindow from its end. GetUserInfo shows it for longer.
func (r *Recording) InWindow(now time.Time, config Config) bool {
	return now.Sub(time.Unix(r.End, 0)) < config.RecordingWindow
}

// Listed reports whether it is in the list.
func (r *Recording) Listed(now time.Time, config Config) bool {
	return r.Playable() && r.InWindow(now, config)
}

// file returns what is known of one of its files, and adds it where nothing is.
func (r *Recording) file(id string) *RecordedFile {
	for i := range r.Files {
		if r.Files[i].ID == id {
			return &r.Files[i]
		}
	}
	r.Files = append(r.Files, RecordedFile{ID: id})
	return &r.Files[len(r.Files)-1]
}

// url is where the URL of a format is kept, nil for a format that has none. It points into r, to be
// read or written.
func (r *Recording) url(format streams.Format) *string {
	switch format {
	case streams.FLV:
		return &r.FLV
	case streams.HLS:
		return &r.HLS
	case streams.MP4:
		return &r.MP4
	default:
		return nil
	}
}

// remove takes a file out, and reports whether it was there. The URL of its format goes
// with it, unless another file has the same. Where formats are not known, all URLs go once
// as many files are gone.
func (r *Recording) remove(id string) bool {
	file := r.file(id)
	if file.Gone {
		return false
	}
	file.Gone = true
	unknown, urls := 0, 0
	for _, format := range []streams.Format{streams.FLV, streams.HLS, streams.MP4} {
		gone, kept := false, false
		for _, f := range r.Files {
			gone = gone || f.Format == format && f.Gone
			kept = kept || f.Format == format && !f.Gone
		}
		if url := r.url(format); gone && !kept {
			*url = ""
		} else if *url != "" {
			urls++
		}
	}
	for _, f := range r.Files {
		if f.Gone && f.Format == "" {
			unknown++
		}
	}
	if unknown >= urls {
		r.FLV, r.HLS, r.MP4 = "", "", ""
	}
	return true
}
