// Package webhook tells another server, chosen by the operator, of sessions and recordings: at
// least once, in the order of each session, by Standard Webhooks. The outbox is the stream
// service's log of changes; one copy of the gateway sends at a time.
//
// Sender.Run waits for the duty to send, a lease of the stream service. Who has it is in a
// tenure (tenure.go): it reads the log on (log.go), begins attempts (attempt.go, deliver.go) and
// draws the consequences of each (apply.go). How far it has come is the state (state.go), a
// bookmark of the stream service, from which the next copy goes on. So nothing is lost with a
// process, and what was sent just before its end may be sent twice. docs/webhooks.md is for
// those who receive.
package webhook

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	// parallel is how many attempts are under way at once, each for another session.
	parallel = 8
	// tick is how often the log is read, and the state written if it has changed. A webhook is sent half
	// of it after its change, on average.
	tick = 500 * time.Millisecond
	// leaseTTL is how long another copy waits for one that has vanished. It is renewed
	// often, and no attempt begins that it might not outlast.
	leaseTTL   = 15 * time.Second
	renewEvery = 3 * time.Second
	// patience bounds each question to a service.
	patience = 5 * time.Second
	// logEvery is how often a failure that is repeated is a line of the log.
	logEvery = 10 * time.Second
)

// Store is where the outbox and the state are: the stream service.
type Store interface {
	Changes(ctx context.Context, query streams.ChangeQuery) (streams.ChangePage, error)
	streams.Duties
}

// Options are what a Sender needs beside its configuration.
type Options struct {
	Store   Store
	Numbers func(ctx context.Context, user string, session int64) (Numbers, error) // of one that has ended
	Through http.RoundTripper                                                      // what carries webhooks; nil: the network
}

// Sender sends webhooks while it has the duty to. Its methods for operators may be called whether it has it or not, and
// at any time: what they change is read by the copy that sends.
type Sender struct {
	config  Config
	options Options
	client  *http.Client
	holder  string // tells this process from every other, and from itself before a restart
	now     func() time.Time
	log     *slog.Logger
	often   *ratelog.Log
	metrics *metrics
}

// New returns a Sender. config must have been checked and be on.
func New(config Config, options Options, scope telemetry.Scope) (*Sender, error) {
	s := &Sender{
		config: config, options: options, client: newClient(options.Through), holder: rand.Text(), now: time.Now,
		log: scope.Log, often: ratelog.New(scope.Log, logEvery, time.Now),
	}
	var err error
	s.metrics, err = newMetrics(scope.Meter)
	return s, err
}

// Run sends whenever this copy has the duty, until ctx ends.
func (s *Sender) Run(ctx context.Context) error {
	defer s.client.CloseIdleConnections()
	for ctx.Err() == nil {
		if until, held := s.acquire(ctx); held {
			s.serve(ctx, until)
		}
		select {
		case <-ctx.Done():
		case <-time.After(renewEvery):
		}
	}
	return nil
}

// acquire asks for the duty, or for more of it. The time that it is held until is counted
// from before it was asked for.
func (s *Sender) acquire(ctx context.Context) (until time.Time, held bool) {
	asked := s.now()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	state, err := s.options.Store.Lease(ctx, streams.LeaseRequest{Name: lease, Holder: s.holder, TTL: leaseTTL.Milliseconds()})
	if err != nil {
		s.failed(ctx, "the duty to send webhooks cannot be taken", err)
		return time.Time{}, false
	}
	return asked.Add(leaseTTL), state.Held
}

// giveBack lets another copy send at once.
func (s *Sender) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if _, err := s.options.Store.Lease(ctx, streams.LeaseRequest{Name: lease, Holder: s.holder}); err != nil {
		s.failed(ctx, "the duty to send webhooks cannot be given back", err)
	}
}

// failed is for what goes on by itself and is tried again: a warning, now and then.
func (s *Sender) failed(ctx context.Context, what string, err error) {
	s.often.Log(ctx, slog.LevelWarn, what, "err", err)
}
