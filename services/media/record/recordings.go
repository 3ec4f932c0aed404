// Package record keeps what is pushed as MP4 files. While a stream is live its recording
// grows as FLV, which a killed process leaves playable up to its last frame. When it
// ends, or has become long enough, it is made into MP4 and the gateway is told of it.
package record

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/live"
)

const (
	maxFile    = 1 << 30  // bytes of one recording; MP4's offsets end at four times that
	queueBytes = 16 << 20 // what a disk may lag behind
	atOnce     = 2        // recordings that are made into MP4
)

// Options of all recordings. Times and sizes are more than 0.
type Options struct {
	Dir      string
	URL      string        // what recordings are reached under, without a slash at its end
	Slice    time.Duration // a longer recording becomes several
	TTL      time.Duration // kept for this time
	MaxBytes int64         // kept of all together, the newest
	Tell     func(event events.Event) error
	Lost     func() // counts a recording of which something is lost; nil: nobody does
	Log      *slog.Logger
	Now      func() time.Time
}

// Recordings are those on disk and those that grow. They are safe for concurrent use.
type Recordings struct {
	options Options
	room    chan struct{}  // has an element for each MP4 that is made
	each    sync.WaitGroup // recorders, and recordings that are finished

	left []os.DirEntry // what the process before was recording

}

// about is what is known of a recording that grows: the file beside it says so.
type about struct {
	Stream   string `json:"stream"`
	Sequence string `json:"sequence"`
	Start    int64  `json:"start"` // Unix seconds
}

// Open makes the folder, and notes what a process that was killed has left in it.
func Open(options Options) (*Recordings, error) {
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("recordings: %w", err)
	}
	left, err := os.ReadDir(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("recordings: %w", err)
	}
	return &Recordings{options: options, room: make(chan struct{}, atOnce), left: left}, nil
}

// Add records a push until it ends. It returns at once.
func (r *Recordings) Add(push *live.Push) {
	follower, err := push.Follow(queueBytes)
	if err != nil {
		return // it has ended
	}
	r.each.Go(func() {
		defer follower.Leave()
		one := &recorder{recordings: r, push: push}
		one.run(follower)
	})
}

// Close ends all recordings and waits for them, until ctx ends. The next process finishes
// those that are not finished then.
func (r *Recordings) Close(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		r.each.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("recordings are not finished: %w", ctx.Err())
	}
}

// path has the id as it is: what players and operators ask for fits idPattern, and others are names in the folder.
func (r *Recordings) path(id, ext string) string { return filepath.Join(r.options.Dir, id+ext) }

// idPattern is the sequence of a push and the number of its file.
var idPattern = regexp.MustCompile(`^[0-9]{1,20}-[0-9]{1,9}$`)

// Delete removes a recording, and reports whether there was one.
func (r *Recordings) Delete(id string) (bool, error) {
	if !idPattern.MatchString(id) {
		return false, nil
	}
	err := os.Remove(r.path(id, ".mp4"))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
