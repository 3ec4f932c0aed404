// Package live is what is pushed at this moment: who pushes which stream, and who plays it.
//
// Hub is its main type: it has one Push for each stream, and each Push hands its tags to its
// Players. A pusher never waits for a player; a player that lags too far is cut off. The
// package knows neither RTMP nor HTTP, and keeps nothing on disk.
package live

import (
	"context"
	"errors"
	"sort"
	"sync"
	"time"
)

// Limits bound what pushes and players cost. All are more than 0.
type Limits struct {
	Pushes     int // streams at a time
	Players    int // of all streams together
	CacheBytes int // kept of each stream, so that a player begins with a key frame at once
	QueueBytes int // not yet taken by a player; one that lags further is cut off
}

// What Begin and Join refuse.
var (
	ErrTooManyPushes  = errors.New("as many streams are pushed as may be")
	ErrTooManyPlayers = errors.New("as many play as may")
	ErrEnded          = errors.New("the push has ended")
)

// Why a push ends.
var (
	ErrReplaced = errors.New("another pusher of the stream took over")
	ErrDropped  = errors.New("an operator dropped the stream")
)

// Witness is told of every push, in order: Began of a push before Ended of the one that
// it replaces. It returns when what it was told will not be forgotten.
type Witness interface {
	Began(push *Push) error
	Ended(push *Push, cause error)
}

// Hub knows the push of every stream. It is safe for concurrent use.
type Hub struct {
	limits  Limits
	witness Witness
	measure Measure
	now     func() time.Time

	order sync.Mutex // held while a push takes over, so that the witness sees the same order

	mu      sync.RWMutex // never held while the witness writes
	pushes  map[string]*Push
	coming  *Push // what Begin is about to put there
	players int
}

// Measure is told what players do. Its functions must not be nil.
type Measure struct {
	Joined func(delta int) // players that play, +1 or -1
	Cut    func()          // a player was too slow
}

// NewHub returns a hub without streams.
func NewHub(limits Limits, witness Witness, measure Measure, now func() time.Time) *Hub {
	return &Hub{limits: limits, witness: witness, measure: measure, now: now, pushes: map[string]*Push{}}
}

// Begin makes a push the one of its stream. It returns only when the witness has it on disk, so
// no push begins that nobody will be told of. A push of the same stream before it is ended
// with ErrReplaced. The end of the push is asked for by stop, with the cause. It is asked
// then whether the stream is still allowed: from there on a Drop reaches the push.
func (h *Hub) Begin(stream, address string, allowed func() error, stop context.CancelCauseFunc) (*Push, error) {
	h.order.Lock()
	defer h.order.Unlock()
	if !h.HasRoom(stream) {
		return nil, ErrTooManyPushes
	}
	push := newPush(h, stream, address, stop)
	h.announce(push)
	defer h.announce(nil)
	if err := allowed(); err != nil {
		return nil, err
	}
	if err := h.witness.Began(push); err != nil {
		return nil, err
	}
	h.mu.Lock()
	before := h.pushes[stream]
	h.pushes[stream] = push
	h.mu.Unlock()
	if before != nil {
		before.stop(ErrReplaced)
	}
	return push, nil
}

// announce lets Drop find a push that is not in its place yet.
func (h *Hub) announce(push *Push) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.coming = push
}

// HasRoom reports whether a push of the stream may begin.
func (h *Hub) HasRoom(stream string) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.pushes[stream] != nil || len(h.pushes) < h.limits.Pushes
}

// Push returns the push of a stream, nil if there is none.
func (h *Hub) Push(stream string) *Push {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.pushes[stream]
}

// Pushes are all pushes, by the names of their streams.
func (h *Hub) Pushes() []*Push {
	h.mu.RLock()
	defer h.mu.RUnlock()
	all := make([]*Push, 0, len(h.pushes))
	for _, push := range h.pushes {
		all = append(all, push)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Stream < all[j].Stream })
	return all
}

// Drop ends the push of a stream, also one that is just beginning, and reports whether
// there was one.
func (h *Hub) Drop(stream string) (dropped bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, push := range []*Push{h.pushes[stream], h.coming} {
		if push != nil && push.Stream == stream {
			push.stop(ErrDropped)
			dropped = true
		}
	}
	return dropped
}

// leave takes a push that has ended out, unless another is in its place already.
func (h *Hub) leave(push *Push) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.pushes[push.Stream] == push {
		delete(h.pushes, push.Stream)
	}
}

// enter takes a player's place, or is ErrTooManyPlayers.
func (h *Hub) enter() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.players >= h.limits.Players {
		return ErrTooManyPlayers
	}
	h.players++
	h.measure.Joined(+1)
	return nil
}

// exit gives a player's place back.
func (h *Hub) exit() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.players--
	h.measure.Joined(-1)
}
