package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"golang.org/x/time/rate"
)

const (
	// callTimeout bounds one call, the wait for its turn not counted.
	callTimeout = 5 * time.Second
	// maxAnswer bounds an answer, in bytes. The longest is a list of all streams of one
	// SRS, about a kilobyte each.
	maxAnswer = 32 << 20
)

// Call names what is asked, for metrics.
type Call string

// The calls.
const (
	CallList   Call = "list" // one page of it
	CallState  Call = "state"
	CallDrop   Call = "drop"
	CallForbid Call = "forbid"
	CallResume Call = "resume"
)

// Caller makes the calls to one platform: each within its time, so many in a second, and
// counted. It is safe for concurrent use, and all who ask the platform share one: its limit is
// one for all of them.
type Caller struct {
	client *http.Client
	budget *rate.Limiter
	calls  metric.Int64Counter
}

// NewCaller returns a Caller that makes at most budget calls in a second, over transport.
func NewCaller(transport http.RoundTripper, budget int, meter metric.Meter) (*Caller, error) {
	calls, err := meter.Int64Counter("xzb.platform.calls",
		metric.WithDescription("Calls to the live platform, by what was asked and what became of it."))
	if err != nil {
		return nil, err
	}
	c := &Caller{
		client: &http.Client{Transport: transport, Timeout: callTimeout, CheckRedirect: stay},
		budget: rate.NewLimiter(rate.Limit(budget), 1),
		calls:  calls,
	}
	for _, call := range []Call{CallList, CallState} { // shown from the beginning
		for _, outcome := range Outcomes {
			c.count(call, outcome, 0)
		}
	}
	return c, nil
}

// stay follows no redirect: a request with a signature is for one host.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Reply is an answer of the platform. Body is whole, at most maxAnswer, and the caller's.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do makes a call when its turn comes. Make returns the request, so that one that is
// signed is signed when it is sent; read takes what is of use from the reply. The error
// is of type Error unless ctx ended first.
func (c *Caller) Do(ctx context.Context, call Call, make func(context.Context) (*http.Request, error), read func(Reply) error) error {
	if err := c.budget.Wait(ctx); err != nil {
		c.count(call, Spent, 1)
		return fmt.Errorf("no call left in the time there was: %w", err)
	}
	err := c.do(ctx, make, read)
	if ctx.Err() != nil && err != nil {
		return err // it was we who gave up
	}
	c.count(call, OutcomeOf(err), 1)
	return err
}

// do makes the call, whose turn has come.
func (c *Caller) do(ctx context.Context, make func(context.Context) (*http.Request, error), read func(Reply) error) error {
	request, err := make(ctx)
	if err != nil {
		return Errorf(Refused, "the request cannot be made: %w", err)
	}
	response, err := c.client.Do(request)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		err = failed.Err // less the URL, which may have a password
	}
	if err != nil {
		return unanswered(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return unanswered(err)
	case len(body) > maxAnswer:
		return Errorf(Unreadable, "the platform's answer is longer than %d bytes", maxAnswer)
	}
	return read(Reply{response.StatusCode, response.Header, body})
}

// count adds n calls, 0 to show what has not happened yet.
func (c *Caller) count(call Call, outcome Outcome, n int64) {
	c.calls.Add(context.Background(), n, metric.WithAttributes(
		attribute.String("xzb.platform.call", string(call)), attribute.String("xzb.platform.outcome", string(outcome))))
}

// Check returns an error for a status that is not 200: what a server says of a request that
// its program has not seen.
func (r Reply) Check() error {
	switch {
	case r.Status == http.StatusOK:
		return nil
	case r.Status == http.StatusTooManyRequests:
		return Errorf(Limited, "the platform answers with status %d", r.Status)
	case r.Status >= http.StatusInternalServerError:
		return Errorf(Failed, "the platform answers with status %d", r.Status)
	default:
		return Errorf(Refused, "the platform answers with status %d", r.Status)
	}
}
