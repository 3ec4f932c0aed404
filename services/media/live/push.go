package live

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"xiaozhibo.dev/services/media/flv"
)

// Output takes the tags of a push besides its players. It must not be slow: the pusher
// waits for it.
type Output interface {
	// Begin is called once, when the tracks are known: their configurations, or nil.
	Begin(video, audio *flv.Tag)
	Write(tag *flv.Tag)
	Close()
}

// Push is one connection that pushes a stream, from its first frame to its end. Write and
// End are called by that connection alone, all else by anybody.
type Push struct {
	Stream   string
	Sequence string // of digits, different for each push there ever was
	Address  string // the pusher's
	Began    time.Time

	hub      *Hub
	stop     context.CancelCauseFunc // asks the connection to end
	received atomic.Int64            // bytes of audio and video
	ready    chan struct{}           // closed when the tracks are known
	over     chan struct{}           // closed when the push has ended

	mu             sync.Mutex // taken before a player's, never after it
	script         *flv.Tag
	video, audio   *flv.Tag // configurations
	expects        *tracks  // nil: the pusher does not say
	settled, ended bool
	first          *flv.Tag // the first frame or configuration
	cache          cache
	players        map[*Player]struct{}
	outputs        []Output
}

// newPush is not in the hub yet.
func newPush(h *Hub, stream, address string, stop context.CancelCauseFunc) *Push {
	now := h.now()
	return &Push{
		Stream: stream, Address: address, Sequence: newSequence(now), Began: now,
		hub: h, stop: stop, ready: make(chan struct{}), over: make(chan struct{}),
		cache: cache{limit: h.limits.CacheBytes}, players: map[*Player]struct{}{},
	}
}

// newSequence is 19 digits: the milliseconds, and what tells pushes of one from another.
func newSequence(now time.Time) string {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails: it would end the process
	return strconv.FormatInt(now.UnixMilli()*1_000_000+int64(binary.BigEndian.Uint64(raw[:])%1_000_000), 10)
}

// Add gives the push one more output, before its first tag.
func (p *Push) Add(output Output) { p.outputs = append(p.outputs, output) }

// Received is how many bytes have come.
func (p *Push) Received() int64 { return p.received.Load() }

// Stop asks the push to end.
func (p *Push) Stop(cause error) { p.stop(cause) }

// Over is closed when the push has ended.
func (p *Push) Over() <-chan struct{} { return p.over }

// Write hands a tag to all who play. It never waits for one of them.
func (p *Push) Write(tag *flv.Tag) {
	p.received.Add(int64(len(tag.Data)))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(tag)
	p.cache.add(tag, p.video != nil)
	for player := range p.players {
		player.offer(tag)
	}
	if !p.settled && p.tracksKnown(tag) {
		p.settled = true
		for _, output := range p.outputs {
			output.Begin(p.video, p.audio)
		}
		close(p.ready)
	}
	if p.settled {
		for _, output := range p.outputs {
			output.Write(tag)
		}
	}
}

// Players is how many play at this moment.
func (p *Push) Players() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	playing := 0
	for player := range p.players {
		if !player.quiet {
			playing++
		}
	}
	return playing
}

// End ends the push: players get what is in their queues and no more. The witness is told. It leaves the hub first, so
// nobody joins a push that has ended; and outputs close without the lock, as closing one may take its time.
func (p *Push) End(cause error) {
	p.hub.leave(p)
	p.mu.Lock()
	p.ended = true
	for player := range p.players {
		player.end(ErrEnded)
	}
	outputs := p.outputs
	p.mu.Unlock()
	for _, output := range outputs {
		output.Close()
	}
	p.hub.witness.Ended(p, cause)
	close(p.over)
}
