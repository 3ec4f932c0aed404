package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// attemptTimeout bounds one attempt, from the connection to the status.
	attemptTimeout = 10 * time.Second
	// maxReply is how much of a reply is read, so that its connection can be used again.
	maxReply = 16 << 10
)

// outcome is what became of one attempt. It decides who is blamed: refused is of this webhook alone, down is of the receiver
// and so of all that wait for it, unsent is ours.
type outcome int

const (
	taken   outcome = iota
	refused         // the receiver answered, with anything but 2xx
	down            // there was no answer, or the receiver said that it has no time
	gone            // 410: never again
	unsent          // it was our fault, and no attempt
)

// String is the label of metrics.
func (o outcome) String() string {
	return [...]string{"taken", "refused", "down", "gone", "unsent"}[o]
}

// result is that of one attempt. why is for the log and for dead letters, and has no URL in it.
// retryAfter is what the receiver asked for, 0 if it did not.
type result struct {
	number     int64
	outcome    outcome
	why        string
	retryAfter time.Duration
	body       []byte // that was sent
}

// newClient returns a client that follows no redirects: a signature is for one receiver. The
// URL is the operator's, who may well mean an address that is not public.
func newClient(through http.RoundTripper) *http.Client {
	if through == nil {
		network := http.DefaultTransport.(*http.Transport).Clone()
		network.MaxIdleConnsPerHost = parallel
		network.MaxResponseHeaderBytes = maxReply
		through = network
	}
	return &http.Client{
		Transport:     through,
		Timeout:       attemptTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// deliver makes one attempt. The secret is read for each, so a new one needs no restart.
func (s *Sender) deliver(ctx context.Context, number int64, id string, body []byte) result {
	signing, err := readKeys(s.config.Secret)
	if err != nil {
		return result{number: number, outcome: unsent, why: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.config.URL, bytes.NewReader(body))
	if err != nil {
		return result{number: number, outcome: unsent, why: "webhook_url cannot be called"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "xiaozhibo-webhooks")
	signing.sign(req.Header, id, s.now(), body)
	resp, err := s.client.Do(req)
	if err != nil {
		return result{number: number, outcome: down, why: reasonOf(err)}
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxReply)
	_ = resp.Body.Close()
	return judge(number, resp)
}

// judge says what a status means.
func judge(number int64, resp *http.Response) result {
	r := result{number: number, why: fmt.Sprintf("status %d", resp.StatusCode)}
	switch status := resp.StatusCode; {
	case status/100 == 2:
		r.outcome = taken
	case status == http.StatusGone:
		r.outcome = gone
	case status == http.StatusTooManyRequests, status == http.StatusBadGateway,
		status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		r.outcome = down
	default:
		r.outcome = refused
	}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.retryAfter = time.Duration(min(seconds, int(maxRetryAfter/time.Second))) * time.Second
	}
	return r
}

// reasonOf tells a failure without the URL, in which there may be a token.
func reasonOf(err error) string {
	if inner := (*url.Error)(nil); errors.As(err, &inner) {
		err = inner.Err
	}
	text := err.Error()
	return text[:min(len(text), maxWhy)]
}
