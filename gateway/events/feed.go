package events

import (
	"context"
	"sync"
	"time"
)

// Bounds of the queue. There is one feed for all readers, so a slow one costs no memory.
const (
	// queueTime is how far a reader may be behind, and queueBytes how much all events
	// of that time may take.
	queueTime  = 30 * time.Second
	queueBytes = 16 << 20
)

// feed is what is told to all readers of one copy of the gateway, from when the log is
// read until nobody is left, or something was missed.
type feed struct {
	ended chan struct{} // closed when nothing will be told any more

	mu      sync.Mutex    // of the fields down to fresh; nothing is waited for while it is held
	wake    chan struct{} // closed when the queue grows, and then another one
	polled  chan struct{} // closed when the log has been read to its end
	queue   []frame       // what readers are sent who are up to date
	base    int64         // the place of queue[0]
	bytes   int           // in queue
	history []frame       // changes, by number
	past    int           // bytes in history
	after   int64         // every change over it and not over last is in history
	last    int64         // the last change that was read
	fresh   map[Lists]int // readers who know no numbers of a list yet

	back      sync.Mutex // held while the history is extended, so that many readers read the log once. Taken before mu
	making    sync.Mutex // held while a snapshot is made, which others then share. Taken before mu
	snapshots map[Lists]snapshot
}

// newFeed begins after the change last, without a history: who knows an earlier one is sent a
// snapshot, or reachBack reads what is missing.
func newFeed(last int64) *feed {
	return &feed{
		ended: make(chan struct{}), wake: make(chan struct{}), polled: make(chan struct{}),
		after: last, last: last, fresh: map[Lists]int{}, snapshots: map[Lists]snapshot{},
	}
}

// changed tells changes, and that all up to last are told.
func (f *feed) changed(frames []frame, last int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = last
	f.history = append(f.history, frames...)
	f.past += size(frames)
	f.forget()
	f.tell(frames)
}

// numbers tells numbers of one list; whole is for readers who know none. served is how many
// of them there were when it was made.
func (f *feed) numbers(list Lists, data, whole []byte, served int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fresh[list] -= served
	f.tell([]frame{{list: list, data: data, whole: whole}})
}

// waiting returns how many readers know no numbers of a list.
func (f *feed) waiting(list Lists) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fresh[list]
}

// tell appends to the queue and wakes the readers. f.mu is held.
func (f *feed) tell(frames []frame) {
	if len(frames) == 0 {
		return
	}
	now := time.Now()
	for i := range frames {
		frames[i].at = now
	}
	f.queue = append(f.queue, frames...)
	f.bytes += size(frames)
	n := 0
	for ; n < len(f.queue)-len(frames) && (f.bytes > queueBytes || now.Sub(f.queue[n].at) > queueTime); n++ {
		f.bytes -= len(f.queue[n].data) + len(f.queue[n].whole)
	}
	f.queue, f.base = f.queue[n:], f.base+int64(n)
	close(f.wake)
	f.wake = make(chan struct{})
}

// size returns the bytes that frames keep in memory.
func size(frames []frame) (bytes int) {
	for _, fr := range frames {
		bytes += len(fr.data) + len(fr.whole)
	}
	return bytes
}

// next returns what is told from a place on, which must not be changed, the last change
// that is told with it, and a channel that is closed when there is more. It reports false
// where what stood at the place is gone: the reader is too slow.
func (f *feed) next(at int64) (frames []frame, last int64, wake <-chan struct{}, inTime bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at < f.base {
		return nil, 0, nil, false
	}
	return f.queue[at-f.base:], f.last, f.wake, true
}

// read says that the log has been read to its end.
func (f *feed) read() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.polled)
	f.polled = make(chan struct{})
}

// reach waits until a change is told that another copy has told already, or until it is
// sure that there is none: the log was read once more from its beginning to its end.
func (f *feed) reach(ctx context.Context, number int64) {
	for range 2 { // the first may have begun before
		f.mu.Lock()
		last, polled := f.last, f.polled
		f.mu.Unlock()
		if number <= last {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-f.ended:
			return
		case <-polled:
		}
	}
}
