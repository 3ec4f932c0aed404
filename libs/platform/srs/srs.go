// Package srs asks one server of SRS, over its HTTP API. Releases 4 to 7 answer alike, but
// for the numbers that 4 still has where later ones have texts.
package srs

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"xiaozhibo.dev/libs/platform"
)

// count is how many streams are asked for at once. The server's default is ten, and pages
// shift while streams come and go: one page that holds all is the only list that is whole.
const count = 10_000

// Config is what the client needs.
type Config struct {
	URL string // of the HTTP API, such as http://srs:1985
	App string // of the push URLs, between domain and stream
	// Key is the name and password of the API, where it asks for them; "" for none.
	Key func() (user, password string, err error)
}

// Client is one server.
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

// entry is a stream as the server lists it. Streams that are only played are listed too, and
// those that were pushed a while ago.
type entry struct {
	Name    string `json:"name"`
	App     string `json:"app"`
	Publish struct {
		Active bool            `json:"active"`
		Client json.RawMessage `json:"cid"` // a number before release 4
	} `json:"publish"`
}

// Online implements platform.Platform. The server does not say since when.
func (c *Client) Online(ctx context.Context) (platform.List, error) {
	found, whole, err := c.list(ctx, platform.CallList)
	if err != nil {
		return platform.List{}, err
	}
	list := platform.List{Whole: whole}
	seen := map[string]bool{}
	for _, one := range found {
		if one.App == c.config.App && one.Publish.Active && !seen[one.Name] { // two hosts may have the same name
			seen[one.Name] = true
			list.Streams = append(list.Streams, platform.Stream{ID: one.Name})
		}
	}
	return list, nil
}

// State implements platform.Platform. A stream is found by its name in the list only.
func (c *Client) State(ctx context.Context, id string) (platform.State, error) {
	pushed, whole, err := c.find(ctx, platform.CallState, id)
	switch {
	case err != nil:
		return platform.Unknown, err
	case pushed != nil:
		return platform.Online, nil
	case !whole:
		return platform.Unknown, platform.Errorf(platform.Unreadable, "the server has more than %d streams, which is more than one page", count)
	default:
		return platform.Offline, nil
	}
}

// Drop implements platform.Platform: the client that pushes is cut.
func (c *Client) Drop(ctx context.Context, id string) error {
	pushed, _, err := c.find(ctx, platform.CallDrop, id)
	if err != nil || pushed == nil {
		return err
	}
	client := strings.Trim(string(pushed.Publish.Client), `"`)
	err = c.call(ctx, platform.CallDrop, http.MethodDelete, "/api/v1/clients/"+url.PathEscape(client), &struct{}{})
	if err == nil {
		return nil
	}
	if left, _, again := c.find(ctx, platform.CallDrop, id); again == nil && left == nil {
		return nil // it had gone by itself
	}
	return err
}

// Forbid implements platform.Platform. SRS cannot: it asks its hooks who may push.
func (c *Client) Forbid(context.Context, string, int64, string) error {
	return platform.Errorf(platform.Unsupported, "SRS cannot forbid a stream: answer its hook on_publish with an error")
}

// Resume implements platform.Platform.
func (c *Client) Resume(context.Context, string) error {
	return platform.Errorf(platform.Unsupported, "SRS forbids no stream: it asks its hooks who may push")
}

// find returns the stream of that name that is being pushed, nil if there is none in the list.
func (c *Client) find(ctx context.Context, call platform.Call, id string) (pushed *entry, whole bool, err error) {
	found, whole, err := c.list(ctx, call)
	for i := range found {
		if one := &found[i]; one.Name == id && one.App == c.config.App && one.Publish.Active {
			return one, whole, nil
		}
	}
	return nil, whole, err
}

// list returns the first page, and whether it is all.
func (c *Client) list(ctx context.Context, call platform.Call) (found []entry, whole bool, err error) {
	var answer struct {
		Streams *[]entry `json:"streams"`
	}
	if err := c.call(ctx, call, http.MethodGet, "/api/v1/streams/?start=0&count="+strconv.Itoa(count), &answer); err != nil {
		return nil, false, err
	}
	if answer.Streams == nil {
		return nil, false, platform.Errorf(platform.Unreadable, "the answer of SRS has no list of streams")
	}
	return *answer.Streams, len(*answer.Streams) < count, nil
}

// call makes one call. The API says what is wrong with status 200 and a code.
func (c *Client) call(ctx context.Context, call platform.Call, method, path string, out any) error {
	return c.caller.Do(ctx, call, func(ctx context.Context) (*http.Request, error) {
		request, err := http.NewRequestWithContext(ctx, method, c.config.URL+path, http.NoBody)
		if err != nil {
			return nil, err
		}
		user, password, err := c.config.Key()
		if err == nil && user != "" {
			request.SetBasicAuth(user, password)
		}
		return request, err
	}, func(reply platform.Reply) error {
		if err := reply.Check(); err != nil {
			return err
		}
		var head struct {
			Code *int `json:"code"`
		}
		if err := errors.Join(json.Unmarshal(reply.Body, &head), json.Unmarshal(reply.Body, out)); err != nil || head.Code == nil {
			return platform.Errorf(platform.Unreadable, "the answer is not that of the HTTP API of SRS")
		}
		if *head.Code != 0 {
			return platform.Errorf(platform.Failed, "SRS answers with code %d", *head.Code)
		}
		return nil
	})
}
