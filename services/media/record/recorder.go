package record

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"xiaozhibo.dev/services/media/disk"
	"xiaozhibo.dev/services/media/flv"
	"xiaozhibo.dev/services/media/live"
)

// recorder writes one push, as one file after another. It has a queue of its own, in a goroutine of its own, so a disk that
// is slow does not slow the pusher down; one that is too slow for the queue ends the recording and not the push.
type recorder struct {
	recordings   *Recordings
	push         *live.Push
	number       int      // of the file that grows, or grew last: the second half of its id
	video, audio *flv.Tag // configurations, which every file begins with

	id    string // "": nothing grows
	about about
	file  *os.File
	out   *bufio.Writer
	bytes int64     // written
	since time.Time // when the file began
}

// run ends when the push does, or where the disk does not keep up.
func (w *recorder) run(follower *live.Player) {
	for {
		tags, err := follower.Next(context.Background())
		if err == nil {
			err = w.write(tags)
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, live.ErrEnded) {
			w.recordings.lost()
			w.recordings.options.Log.Error("a recording ends before its push", "stream", w.push.Stream, "err", err)
		}
		w.end()
		return
	}
}

// write takes what has come since the last time, and then hands it to the system: a process that
// is killed loses nothing that write has returned for.
func (w *recorder) write(tags []*flv.Tag) error {
	for _, tag := range tags {
		if err := w.writeOne(tag); err != nil {
			return err
		}
	}
	if w.out == nil {
		return nil
	}
	return w.out.Flush()
}

// writeOne takes a tag. Files begin with a configuration and a frame, so a push that sends
// nothing but configurations makes no file.
func (w *recorder) writeOne(tag *flv.Tag) error {
	switch {
	case tag.Kind == flv.Script:
		return nil
	case tag.Config:
		w.learn(tag)
		return nil
	case w.id != "" && w.splits(tag):
		w.end()
	}
	if w.id == "" {
		if err := w.begin(); err != nil {
			return err
		}
	}
	return w.put(tag)
}

// learn takes a configuration. Another one than before begins another file.
func (w *recorder) learn(tag *flv.Tag) {
	known := &w.video
	if tag.Kind == flv.Audio {
		known = &w.audio
	}
	if !tag.Same(*known) {
		*known = tag
		w.end()
	}
}

// splits reports whether the file is long enough, and the next may begin with the tag.
func (w *recorder) splits(tag *flv.Tag) bool {
	options := w.recordings.options
	long := w.bytes >= maxFile || options.Now().Sub(w.since) >= options.Slice
	return long && (tag.Key || w.video == nil)
}

// begin begins a file. What is known of it is on disk first: a file that is found without it
// cannot be told of.
func (w *recorder) begin() error {
	r := w.recordings
	w.number++
	w.since = r.options.Now()
	w.about = about{Stream: w.push.Stream, Sequence: w.push.Sequence, Start: w.since.Unix()}
	id := fmt.Sprintf("%s-%d", w.push.Sequence, w.number)
	if err := disk.WriteJSON(r.path(id, ".json"), w.about); err != nil {
		return err
	}
	file, err := os.OpenFile(r.path(id, ".flv"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w.id, w.file, w.out, w.bytes = id, file, bufio.NewWriterSize(file, 256<<10), 0
	if _, err := w.out.Write(flv.Header(w.audio != nil, w.video != nil)); err != nil {
		return err
	}
	for _, config := range []*flv.Tag{w.video, w.audio} {
		if config == nil {
			continue
		}
		if err := w.put(config); err != nil {
			return err
		}
	}
	return nil
}

// put writes a tag. A file is divided at key frames only, so one without any is given up at twice
// its size.
func (w *recorder) put(tag *flv.Tag) error {
	n, err := w.out.Write(tag.Bytes())
	w.bytes += int64(n)
	if w.bytes >= 2*maxFile {
		return errors.New("no key frame came for a gigabyte")
	}
	return err
}

// end finishes the file that grows, if one does, while the next may grow already.
func (w *recorder) end() {
	if w.id == "" {
		return
	}
	if err := errors.Join(w.out.Flush(), w.file.Close()); err != nil {
		w.recordings.lost()
		w.recordings.options.Log.Error("the end of a recording is lost", "stream", w.push.Stream, "err", err)
	}
	r, id, about, end := w.recordings, w.id, w.about, w.recordings.options.Now()
	w.id, w.file, w.out = "", nil, nil
	r.each.Go(func() { r.finish(id, about, end) })
}
