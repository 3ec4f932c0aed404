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
)

// errTooLong is the cause of the error of a call whose reply exceeds MaxBody.
var errTooLong = errors.New("reply too long")

// Client calls the methods of one service. It is safe for concurrent use.
type Client struct {
	base string
	http *http.Client
}

// NewClient calls the service at base, such as "http://counter:8080".
func NewClient(base string, client *http.Client) *Client {
	return &Client{base: strings.TrimSuffix(base, "/"), http: client}
}

// Call carries out one method. Its error is the service's own *apierr.Error, or
// Unavailable when no usable answer came in time: the call may then have been
// carried out or not. Arguments longer than MaxBody are Invalid and not sent.
func Call[Resp any](ctx context.Context, c *Client, method string, args any) (Resp, error) {
	var resp Resp
	body, err := json.Marshal(args)
	if err != nil {
		return resp, fmt.Errorf("%s: encode: %w", method, err)
	}
	if len(body) > MaxBody {
		return resp, apierr.New(apierr.Invalid, "%s: call too long", method)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+prefix+method, bytes.NewReader(body))
	if err != nil {
		return resp, fmt.Errorf("%s: %w", method, err)
	}
	req.Header.Set("Content-Type", "application/json")
	if deadline, ok := ctx.Deadline(); ok {
		req.Header.Set(timeoutHeader, strconv.FormatInt(max(1, time.Until(deadline).Milliseconds()), 10))
	}
	status, reply, err := c.send(req)
	if err != nil {
		return resp, apierr.Wrap(apierr.Unavailable, err, "%s: no answer", method)
	}
	if status != http.StatusOK {
		return resp, remoteError(method, status, reply)
	}
	if err := json.Unmarshal(reply, &resp); err != nil {
		return resp, apierr.Wrap(apierr.Unavailable, err, "%s: malformed answer", method)
	}
	return resp, nil
}

func (c *Client) send(req *http.Request) (status int, body []byte, err error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if len(body) > MaxBody {
		err = errTooLong
	}
	return resp.StatusCode, body, err
}

func remoteError(method string, status int, reply []byte) error {
	var sent apierr.Error
	if err := json.Unmarshal(reply, &sent); err != nil || sent.Code == "" {
		return apierr.New(apierr.Unavailable, "%s: answered with status %d", method, status)
	}
	return &sent
}
