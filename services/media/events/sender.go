package events

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	answerTime = 20 * time.Second // the platform takes a later answer for none
	maxAnswer  = 4 << 10          // bytes; more is no answer of the gateway's
	atOnce     = 16               // requests under way
)

// Options are what a sender is told.
type Options struct {
	URL    string        // of the gateway's callback
	Key    func() string // "" for none: events are not signed
	Tries  int           // of one event; recordings are tried again after Later
	Every  time.Duration // between two tries
	Later  time.Duration // between two rounds of tries of a recording
	Faults *Faults       // nil: none

	Transport http.RoundTripper         // nil: one of its own
	Result    func(name, result string) // what became of a try; never nil
	Log       *slog.Logger
}

// Sender delivers events: those of one stream in order, each until it is answered. It is
// safe for concurrent use.
type Sender struct {
	options Options
	outbox  *Outbox
	client  *http.Client

	ctx  context.Context // of all requests and pauses; stop ends it
	stop context.CancelFunc
	each sync.WaitGroup // goroutines: of lanes, and of events that are late
	room chan struct{}  // has an element for each request under way

	mu    sync.Mutex
	lanes map[string][]Kept // by stream; one that is there has a goroutine
}

// NewSender sends what the outbox held when it was opened, and from then on what is added.
func NewSender(outbox *Outbox, held []Kept, options Options) *Sender {
	ctx, stop := context.WithCancel(context.Background())
	if options.Transport == nil {
		options.Transport = &http.Transport{MaxIdleConnsPerHost: atOnce, IdleConnTimeout: time.Minute}
	}
	s := &Sender{
		options: options, outbox: outbox, ctx: ctx, stop: stop,
		client: &http.Client{Timeout: answerTime, Transport: options.Transport},
		room:   make(chan struct{}, atOnce), lanes: map[string][]Kept{},
	}
	for _, kept := range held {
		s.queue(kept)
	}
	return s
}

// Add takes an event: when it returns without an error, the event will be delivered, also
// by the next process.
func (s *Sender) Add(event Event) error {
	kept, err := s.outbox.Add(event)
	if err == nil {
		s.queue(kept)
	}
	return err
}

// queue puts an event behind those of its stream. A stream has a goroutine only while it has
// events.
func (s *Sender) queue(kept Kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stream := kept.Event.StreamID
	lane, runs := s.lanes[stream]
	s.lanes[stream] = append(lane, kept)
	if !runs && s.ctx.Err() == nil {
		s.each.Go(func() { s.run(stream) })
	}
}

// next takes the first event of a stream out. Without one the stream's goroutine ends.
func (s *Sender) next(stream string) (kept Kept, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lane := s.lanes[stream]
	if len(lane) == 0 || s.ctx.Err() != nil {
		delete(s.lanes, stream)
		return kept, false
	}
	s.lanes[stream] = lane[1:]
	return lane[0], true
}

// run delivers the events of one stream, one after the other, until there is none.
func (s *Sender) run(stream string) {
	for {
		kept, found := s.next(stream)
		if !found {
			return
		}
		s.misbehave(kept)
	}
}

// Close waits until all is delivered that is not waiting for another try, a while at most;
// the rest is for the next process. An event that waits for a try has no chance in two seconds, so nobody waits
// for it: it is on disk.
func (s *Sender) Close(ctx context.Context) error {
	settled := make(chan struct{})
	go func() {
		s.each.Wait()
		close(settled)
	}()
	grace := time.NewTimer(2 * time.Second)
	defer grace.Stop()
	select {
	case <-settled:
	case <-grace.C:
	case <-ctx.Done():
	}
	s.stop()
	<-settled // requests end with their context
	s.client.CloseIdleConnections()
	return nil
}
