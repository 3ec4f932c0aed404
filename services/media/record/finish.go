package record

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"xiaozhibo.dev/services/media/disk"
	"xiaozhibo.dev/services/media/events"
)

// Recover finishes what was left. It is to be called once, when the outbox is open: it tells of
// what it finishes.
func (r *Recordings) Recover() {
	for _, entry := range r.left {
		if strings.HasSuffix(entry.Name(), ".part") {
			_ = os.Remove(filepath.Join(r.options.Dir, entry.Name())) // it is made again
			continue
		}
		id, is := strings.CutSuffix(entry.Name(), ".flv")
		if !is {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			continue
		}
		var about about
		if err := disk.ReadJSON(r.path(id, ".json"), &about); err != nil {
			r.options.Log.Warn("a recording without what is known of it is removed", "file", id, "err", err)
			r.remove(id)
			continue
		}
		r.options.Log.Info("a recording that was cut off is finished", "file", id, "stream", about.Stream)
		r.finish(id, about, info.ModTime())
	}
}

// finish makes a recording into MP4 and tells of it, in this order: each step is safe to
// repeat. What the recording grew in is removed last: as long as it is there, the next
// process does all of it again.
func (r *Recordings) finish(id string, about about, end time.Time) {
	r.room <- struct{}{}
	defer func() { <-r.room }()
	size, err := toMP4(r.path(id, ".flv"), r.path(id, ".mp4"))
	switch {
	case errors.Is(err, errEmpty):
		r.remove(id)
		return
	case err != nil:
		r.lost()
		r.options.Log.Error("a recording cannot be made into MP4", "file", id, "stream", about.Stream, "err", err)
		return
	}
	if err := os.Chtimes(r.path(id, ".mp4"), time.Time{}, end); err != nil { // it is as old as its last frame
		r.options.Log.Warn("a recording is kept for longer than it should be", "file", id, "err", err)
	}
	if err := r.tell(id, about, end, size); err != nil {
		r.options.Log.Error("a recording is not told of before the next start", "file", id, "stream", about.Stream, "err", err)
		return
	}
	r.remove(id)
}

// tell tells of a recording that is there. The clock may have been put back while it grew: a recording does
// not end before it began.
func (r *Recordings) tell(id string, about about, end time.Time, size int64) error {
	stop := max(end.Unix(), about.Start)
	err := r.options.Tell(events.Event{
		Type: events.Recorded, StreamID: about.Stream, Sequence: about.Sequence, EventTime: r.options.Now().Unix(),
		FileID: id, FileFormat: "mp4", FileSize: size, VideoURL: r.options.URL + "/recordings/" + id + ".mp4",
		StartTime: about.Start, EndTime: stop, Duration: stop - about.Start,
	})
	if err == nil {
		r.options.Log.Info("a recording is there", "stream", about.Stream, "file", id, "seconds", stop-about.Start, "bytes", size)
	}
	return err
}

// lost counts a recording of which something is lost.
func (r *Recordings) lost() {
	if r.options.Lost != nil {
		r.options.Lost()
	}
}

// remove takes away what a recording grew in.
func (r *Recordings) remove(id string) {
	for _, ext := range []string{".flv", ".json"} {
		if err := os.Remove(r.path(id, ext)); err != nil && !errors.Is(err, os.ErrNotExist) {
			r.options.Log.Warn("a file cannot be removed", "err", err)
		}
	}
}
