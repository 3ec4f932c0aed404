package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/sony/gobreaker/v2"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/libs/rpc/credentials"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	openAfter = 3           // calls in a row without an answer
	openTime  = time.Second // until one call may try again
)

// errNoEvidence is a call that shows nothing of the upstream: its caller left.
var errNoEvidence = errors.New("the caller left")

// upstream is a service of several copies, any of which may be gone.
type upstream struct {
	name      string
	route     route
	pause     Pause
	breaker   *gobreaker.TwoStepCircuitBreaker[struct{}]
	meter     metric.Meter
	metrics   *metrics
	strangers *ratelog.Log // of services that do not know us, or that we do not know
}

// NewUpstream calls a service that has copies at addresses, "host:port" each;
// name is the service's, for people. Connections go to the copies in turn, also
// to those of one host name. Each is shown ours, and must show a certificate for
// name if there is an authority to verify it by.
//
// A call that got no answer, or Unavailable as from a copy that is shutting
// down, is tried again by another copy until its deadline is near: every method
// must be safe to repeat. When calls keep ending without an answer, those that
// follow are Unavailable at once, until one of them is let through and answered.
func NewUpstream(name string, addresses []string, ours *credentials.Credentials, meter metric.Meter, log *slog.Logger) (*Client, error) {
	dialer := net.Dialer{Timeout: dialTimeout}
	return newUpstream(name, addresses, network{net.DefaultResolver.LookupHost, dialer.DialContext}, ours, meter, log)
}

// newUpstream is NewUpstream on a network that a test may make.
func newUpstream(name string, addresses []string, network network, ours *credentials.Credentials, meter metric.Meter, log *slog.Logger) (*Client, error) {
	copies, err := newCopies(addresses, network.secured(ours, name))
	if err != nil {
		return nil, fmt.Errorf("upstream %s: %w", name, err)
	}
	transport := &http.Transport{
		DialContext:         copies.dial,
		DisableCompression:  true,
		MaxIdleConnsPerHost: 256,
		IdleConnTimeout:     idleTimeout / 2, // before the server's, which could cut a call off
	}
	return upstreamOn(name, dialed{transport, copies}, shuffled, ours, meter, log)
}

// upstreamOn returns a client on a route that there is.
func upstreamOn(name string, route route, pause Pause, ours *credentials.Credentials, meter metric.Meter, log *slog.Logger) (*Client, error) {
	base, err := url.Parse("http://" + name)
	if err != nil || base.Host != name || name == "" {
		return nil, fmt.Errorf("upstream %q: not a name", name)
	}
	metrics, err := newMetrics(meter, name)
	if err != nil {
		return nil, fmt.Errorf("upstream %s: %w", name, err)
	}
	client := NewClient(base.String(), &http.Client{Transport: route})
	client.ours = ours
	client.upstream = &upstream{
		name: name, route: route, pause: pause, meter: meter, metrics: metrics,
		breaker: newBreaker(name, metrics, log), strangers: ratelog.New(log, refusalsEvery, time.Now),
	}
	return client, nil
}

// newBreaker returns what opens after openAfter calls in a row without an answer, and lets one
// through each openTime.
func newBreaker(name string, metrics *metrics, log *slog.Logger) *gobreaker.TwoStepCircuitBreaker[struct{}] {
	return gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:        name,
		Timeout:     openTime,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= openAfter },
		IsExcluded:  func(err error) bool { return errors.Is(err, errNoEvidence) },
		OnStateChange: func(name string, from, to gobreaker.State) {
			switch {
			case from == gobreaker.StateClosed:
				metrics.broke(1)
				log.Warn("upstream does not answer, calls fail at once", "upstream", name)
			case to == gobreaker.StateClosed:
				metrics.broke(-1)
				log.Info("upstream answers again", "upstream", name)
			}
		},
	})
}

// call is one call of a method, with all that it takes: its time, its span, and its attempts.
func (u *upstream) call(ctx context.Context, method string, send attempt) error {
	began := time.Now()
	if _, ok := ctx.Deadline(); !ok {
		limited, cancel := context.WithTimeout(ctx, maxTimeout)
		defer cancel()
		ctx = limited
	}
	ctx, span := telemetry.Child(ctx, method, trace.WithSpanKind(trace.SpanKindClient))
	if span.IsRecording() {
		span.SetAttributes(semconv.RPCMethod(method), semconv.ServerAddress(u.name))
	}
	err := u.guard(ctx, method, send)
	telemetry.End(span, err)
	u.metrics.called(method, err, time.Since(began))
	return err
}

// guard lets no call through while the breaker is open, and tells it what became
// of the others. Only a caller who had the time for an attempt is evidence
// against the upstream.
func (u *upstream) guard(ctx context.Context, method string, send attempt) error {
	done, err := u.breaker.Allow()
	if err != nil {
		return apierr.Wrap(apierr.Unavailable, err, "%s: upstream %s does not answer", method, u.name)
	}
	evidence := errNoEvidence
	defer func() { done(evidence) }()
	patient := remaining(ctx) >= minAttempt

	got, err := u.persist(ctx, method, send)
	switch {
	case got != unheard:
		evidence = nil
	case patient && !errors.Is(ctx.Err(), context.Canceled):
		evidence = err
	}
	return err
}
