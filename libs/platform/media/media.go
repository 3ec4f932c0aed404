// Package media asks the media program of this project. Its list is of one moment and always
// whole, so a stream that is not in it is offline.
package media

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"xiaozhibo.dev/libs/platform"
)

// Config is what the client needs.
type Config struct {
	URL string // such as http://127.0.0.1:8088
	// Secret is shown as a bearer token, "" for none.
	Secret func() (string, error)
}

// Client is the media program.
type Client struct {
	config Config
	caller *platform.Caller
}

var _ platform.Platform = (*Client)(nil)

// New returns a Client that makes its calls with caller.
func New(config Config, caller *platform.Caller) *Client {
	config.URL = strings.TrimSuffix(config.URL, "/")
	return &Client{config, caller}
}

// State implements platform.Platform.
func (c *Client) State(ctx context.Context, id string) (platform.State, error) {
	state := platform.Unknown
	err := c.call(ctx, platform.CallState, http.MethodGet, "/streams/"+url.PathEscape(id), nil, func(reply platform.Reply) error {
		if err := reply.Check(); err != nil {
			return err
		}
		var answer struct {
			State string `json:"state"`
		}
		if json.Unmarshal(reply.Body, &answer) != nil {
			return errUnreadable()
		}
		known := map[string]platform.State{"active": platform.Online, "inactive": platform.Offline, "forbid": platform.Forbidden}
		found, told := known[answer.State]
		if !told {
			return errUnreadable()
		}
		state = found
		return nil
	})
	return state, err
}

// Drop implements platform.Platform.
func (c *Client) Drop(ctx context.Context, id string) error {
	return c.call(ctx, platform.CallDrop, http.MethodDelete, "/streams/"+url.PathEscape(id), nil, platform.Reply.Check)
}

// What the media program takes.
const (
	longestForbidden = 90 * 24 * time.Hour
	longestReason    = 512 // bytes
)

// Forbid implements platform.Platform. It forbids for 90 days at most, as its model does.
func (c *Client) Forbid(ctx context.Context, id string, until int64, reason string) error {
	until = min(until, time.Now().Add(longestForbidden-time.Minute).Unix()) // its clock may be behind ours
	reason = strings.ToValidUTF8(reason[:min(len(reason), longestReason)], "")
	body, err := json.Marshal(map[string]any{"until": until, "reason": reason})
	if err != nil {
		return err
	}
	return c.call(ctx, platform.CallForbid, http.MethodPut, "/forbidden/"+url.PathEscape(id), body, platform.Reply.Check)
}

// Resume implements platform.Platform.
func (c *Client) Resume(ctx context.Context, id string) error {
	return c.call(ctx, platform.CallResume, http.MethodDelete, "/forbidden/"+url.PathEscape(id), nil, platform.Reply.Check)
}

// errUnreadable is the error of an answer that has another form.
func errUnreadable() error {
	return platform.Errorf(platform.Unreadable, "the answer is not that of the media program")
}

// Online implements platform.Platform. There is one page.
func (c *Client) Online(ctx context.Context) (list platform.List, err error) {
	err = c.call(ctx, platform.CallList, http.MethodGet, "/streams", nil, func(reply platform.Reply) error {
		if err := reply.Check(); err != nil {
			return err
		}
		var answer struct {
			Streams *[]struct {
				ID    string `json:"stream_id"`
				Since int64  `json:"since"`
			} `json:"streams"`
		}
		if json.Unmarshal(reply.Body, &answer) != nil || answer.Streams == nil {
			return errUnreadable()
		}
		list.Whole = true
		for _, one := range *answer.Streams {
			list.Streams = append(list.Streams, platform.Stream{ID: one.ID, Since: one.Since})
		}
		return nil
	})
	return list, err
}

// call makes one call.
func (c *Client) call(ctx context.Context, call platform.Call, method, path string, body []byte, read func(platform.Reply) error) error {
	return c.caller.Do(ctx, call, func(ctx context.Context) (*http.Request, error) {
		request, err := http.NewRequestWithContext(ctx, method, c.config.URL+path, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		secret, err := c.config.Secret()
		if err == nil && secret != "" {
			request.Header.Set("Authorization", "Bearer "+secret)
		}
		return request, err
	}, read)
}
