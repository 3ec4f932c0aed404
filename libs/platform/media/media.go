// Package media asks the media program of this project.
package media

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

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

// Online implements platform.Platform.
func (c *Client) Online(ctx context.Context) (platform.List, error) {
	return c.list(ctx, platform.CallList)
}

// State implements platform.Platform.
func (c *Client) State(ctx context.Context, id string) (platform.State, error) {
	list, err := c.list(ctx, platform.CallState)
	if err != nil {
		return platform.Unknown, err
	}
	for _, one := range list.Streams {
		if one.ID == id {
			return platform.Online, nil
		}
	}
	return platform.Offline, nil
}

// Drop implements platform.Platform.
func (c *Client) Drop(ctx context.Context, id string) error {
	return c.call(ctx, platform.CallDrop, http.MethodDelete, "/streams/"+url.PathEscape(id), func(reply platform.Reply) error {
		switch reply.Status {
		case http.StatusNoContent, http.StatusNotFound: // nobody pushes it
			return nil
		default:
			return reply.Check()
		}
	})
}

// Forbid implements platform.Platform. The program cannot.
func (c *Client) Forbid(context.Context, string, int64, string) error {
	return platform.Errorf(platform.Unsupported, "the media program cannot forbid a stream")
}

// Resume implements platform.Platform.
func (c *Client) Resume(context.Context, string) error {
	return platform.Errorf(platform.Unsupported, "the media program forbids no stream")
}

// list returns all streams: there is one page.
func (c *Client) list(ctx context.Context, call platform.Call) (list platform.List, err error) {
	err = c.call(ctx, call, http.MethodGet, "/streams", func(reply platform.Reply) error {
		if err := reply.Check(); err != nil {
			return err
		}
		var answer struct {
			Streams *[]struct {
				ID    string `json:"id"`
				Since int64  `json:"since"`
			} `json:"streams"`
		}
		if json.Unmarshal(reply.Body, &answer) != nil || answer.Streams == nil {
			return platform.Errorf(platform.Unreadable, "the answer is not that of the media program")
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
func (c *Client) call(ctx context.Context, call platform.Call, method, path string, read func(platform.Reply) error) error {
	return c.caller.Do(ctx, call, func(ctx context.Context) (*http.Request, error) {
		request, err := http.NewRequestWithContext(ctx, method, c.config.URL+path, http.NoBody)
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
