package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/rpc/credentials"
	"xiaozhibo.dev/libs/telemetry"
)

// errTooLong is of a reply longer than MaxBody.
var errTooLong = errors.New("reply too long")

// Client calls the methods of one service. It is safe for concurrent use.
type Client struct {
	base     string
	http     *http.Client
	upstream *upstream // nil where a call is one attempt
	ours     *credentials.Credentials
}

// NewClient calls the service at base, such as "http://counter:8080". It tries
// once and leaves the connections to client; NewUpstream does more.
func NewClient(base string, client *http.Client) *Client {
	return &Client{base: strings.TrimSuffix(base, "/"), http: client}
}

// Close frees the connections that no call uses. Nobody may call any more.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Call carries out one method. Its error is the service's own *apierr.Error, or
// Unavailable when no usable answer came in time: the call may then have been
// carried out or not. Arguments longer than MaxBody are Invalid and not sent.
func Call[Resp any](ctx context.Context, c *Client, method string, args any) (Resp, error) {
	var resp Resp
	err := c.call(ctx, method, args, func(status int, reply []byte) error {
		var whole Resp // half of another attempt's reply is not in it
		if status != http.StatusOK {
			return fmt.Errorf("status %d", status)
		}
		err := json.Unmarshal(reply, &whole)
		if err == nil {
			resp = whole
		}
		return err
	})
	return resp, err
}

// decoder takes an answer: the reply to a call that did not fail as a whole.
type decoder func(status int, reply []byte) error

// call encodes the arguments once, however often they are sent, and hands each answer to decode.
// An answer that cannot be decoded is none.
func (c *Client) call(ctx context.Context, method string, args any, decode decoder) error {
	body, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("%s: encode: %w", method, err)
	}
	if len(body) > MaxBody {
		return apierr.New(apierr.Invalid, "%s: call too long", method)
	}
	send := func(ctx context.Context) (outcome, error) {
		return c.send(ctx, method, body, decode)
	}
	if c.upstream != nil {
		return c.upstream.call(ctx, method, send)
	}
	got, err := send(ctx)
	if got == unheard {
		err = noAnswer(method, err)
	}
	return err
}

// send makes one attempt and judges what came back.
func (c *Client) send(ctx context.Context, method string, body []byte, decode decoder) (outcome, error) {
	status, reply, err := c.post(ctx, prefix+method, body)
	switch {
	case errors.Is(err, errTooLong):
		return final, noAnswer(method, err)
	case err != nil:
		return unheard, err
	case status != http.StatusOK && status != http.StatusMultiStatus:
		return remoteError(method, status, reply)
	}
	if err := decode(status, reply); err != nil {
		return unheard, fmt.Errorf("malformed answer: %w", err)
	}
	return final, nil
}

// post sends one request and reads its reply. The deadline goes along, so that the service stops
// when the caller does.
func (c *Client) post(ctx context.Context, path string, body []byte) (status int, reply []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if deadline, ok := ctx.Deadline(); ok {
		// A little less, so that a service whose time is up can still say so.
		limit := time.Until(deadline) * 9 / 10
		req.Header.Set(timeoutHeader, strconv.FormatInt(max(1, limit.Milliseconds()), 10))
	}
	if authorization := c.ours.Authorization(); authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	telemetry.Pass(ctx, req.Header)
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	reply, err = io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if len(reply) > MaxBody {
		err = errTooLong
	}
	return resp.StatusCode, reply, err
}

// noAnswer keeps the cause, with its addresses, for logs only.
func noAnswer(method string, cause error) error {
	return apierr.Wrap(apierr.Unavailable, cause, "%s: no answer", method)
}
