package events

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"time"
)

const (
	// heartbeatEvery is how long a stream is silent at most: proxies cut what is longer,
	// and a client that is gone is noticed by it.
	heartbeatEvery = 15 * time.Second
	// writeTimeout is how long a reader may take for one piece of at most pieceSize.
	writeTimeout = 10 * time.Second
	pieceSize    = 64 << 10 // bytes
	// life is how long a reader stays with one copy of the gateway, give or take a
	// tenth: then it connects again, shows its proof again, and may come to another.
	life = time.Hour
	// pauseAtMost bounds the pause after which a reader connects again.
	pauseAtMost = 3 * time.Second
)

// Why a reader is gone.
const (
	byClient   = "client"
	bySlowness = "slow"
	byAge      = "age"
	byDrain    = "drain"
	byGap      = "gap" // changes were missed
)

// reader is one who is told. It belongs to the goroutine of its request; the feed knows nothing of it but how many there are.
type reader struct {
	feed  *feed
	lists Lists
	at    int64          // the place in the queue
	start [][]byte       // what it is sent first
	fresh map[Lists]bool // lists whose numbers it does not know
}

// join finds out where a reader goes on: after the change that is the last it knows, or
// with a snapshot. lastID is "" for one who knows nothing.
func (h *Hub) join(ctx context.Context, lists Lists, lastID string) (*reader, error) {
	f, err := h.current(ctx)
	if err != nil {
		return nil, err
	}
	r := &reader{feed: f, lists: lists, fresh: map[Lists]bool{Live: lists&Live != 0, Recorded: lists&Recorded != 0}}
	reason := "new"
	if lastID != "" {
		reason = "unknown"
		if number, err := strconv.ParseInt(lastID, 10, 64); err == nil && number >= 0 {
			if r.resume(ctx, h, number) {
				return r, nil
			}
			if _, last := f.span(); number <= last {
				reason = "too old"
			}
		}
	}
	if err := r.beginAnew(ctx, h, reason); err != nil {
		return nil, err
	}
	return r, nil
}

// beginAnew gives the reader a snapshot, and what has changed since it was made.
func (r *reader) beginAnew(ctx context.Context, h *Hub, reason string) error {
	for range 3 { // a snapshot is overtaken by thousands of changes, or it is good
		made, err := h.snapshot(ctx, r.feed, r.lists)
		if err != nil {
			return err
		}
		r.feed.reach(ctx, made.number)
		if r.goOn(made.number) {
			r.start = append([][]byte{reset(reason), made.event}, r.start...)
			return nil
		}
	}
	return errTooOld
}

// resume goes on after a change, if all later ones are known.
func (r *reader) resume(ctx context.Context, h *Hub, number int64) bool {
	r.feed.reach(ctx, number)
	if err := h.reachBack(ctx, r.feed, number); err != nil && !errors.Is(err, errTooOld) {
		h.failed(ctx, "earlier changes cannot be read", err)
	}
	return r.goOn(number)
}

// goOn takes the changes after a number from the history, and the place after them.
func (r *reader) goOn(number int64) bool {
	changes, at, ok := r.feed.resume(number, r.lists)
	for _, fr := range changes {
		if fr.list&r.lists != 0 && len(fr.data) > 0 {
			r.start = append(r.start, fr.data)
		}
	}
	r.at = at
	return ok
}

// tell tells the reader until it or the server ends, and returns why.
func (r *reader) tell(ctx context.Context, w *stream, ending <-chan struct{}) string {
	if w.send(r.start...) != nil {
		return w.why()
	}
	r.start = nil
	aged := time.NewTimer(life - life/10 + rand.N(life/5))
	defer aged.Stop()
	silent := time.NewTimer(heartbeatEvery)
	defer silent.Stop()
	for {
		frames, last, wake, inTime := r.feed.next(r.at)
		if !inTime {
			return w.leave(bySlowness, "too slow")
		}
		if len(frames) > 0 {
			if w.send(r.pick(frames)...) != nil {
				return w.why()
			}
			r.at += int64(len(frames))
			continue
		}
		select {
		case <-wake:
		case <-silent.C:
			if w.send(heartbeat(last)) != nil {
				return w.why()
			}
			silent.Reset(heartbeatEvery)
		case <-ctx.Done():
			return byClient
		case <-r.feed.ended:
			return w.leave(byGap, "changes were missed")
		case <-ending:
			return w.leave(byDrain, "this server ends")
		case <-aged.C:
			return w.leave(byAge, "time to connect again")
		}
	}
}

// pick returns what of frames this reader is sent.
func (r *reader) pick(frames []frame) (data [][]byte) {
	for _, fr := range frames {
		switch {
		case fr.list&r.lists == 0:
		case fr.number == 0 && r.fresh[fr.list] && fr.whole != nil:
			r.fresh[fr.list] = false
			data = append(data, fr.whole)
		case len(fr.data) > 0: // a row that cannot be shown has none
			data = append(data, fr.data)
		}
	}
	return data
}
