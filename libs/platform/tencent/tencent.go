// Package tencent asks Tencent Cloud Streaming Services, over live.tencentcloudapi.com of
// version 2018-08-01. Requests are signed by TC3-HMAC-SHA256 (sign.go); answers have status 200
// whatever they say, and an error in the body (call.go).
package tencent

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/platform"
)

// Endpoint is where the interface is, unless another is configured.
const Endpoint = "https://live.tencentcloudapi.com"

const (
	pageSize = 100   // the most that a page may have
	maxPages = 1_000 // five times of what the platform lists, unless it was asked for more
)

// Config is what the client needs.
type Config struct {
	URL    string
	Region string // "": the interface asks for none
	Domain string // that is pushed to
	App    string // of the push URLs, between domain and stream
	Key    func() (Key, error)
	Now    func() time.Time
}

// Client is the platform as one domain sees it.
type Client struct {
	config Config
	caller *platform.Caller
}

var _ platform.Platform = (*Client)(nil)

// New returns a Client that makes its calls with caller.
func New(config Config, caller *platform.Caller) *Client { return &Client{config, caller} }

// page asks for a part of the list.
type page struct {
	DomainName string
	AppName    string
	PageNum    int // from 1 on
	PageSize   int
}

// online is a part of the list.
type online struct {
	TotalPage  int
	OnlineInfo []struct {
		StreamName      string
		PublishTimeList []struct{ PublishTime string }
	}
}

// Online implements platform.Platform. The platform lists 20,000 streams at most, and lists
// move while their pages are read: what is not in it has to be asked for.
func (c *Client) Online(ctx context.Context) (platform.List, error) {
	var list platform.List
	seen := map[string]bool{}
	for number := 1; number <= maxPages; number++ {
		part, err := c.page(ctx, number)
		if err != nil {
			return platform.List{}, err
		}
		for _, one := range part.OnlineInfo {
			if seen[one.StreamName] {
				continue
			}
			seen[one.StreamName] = true
			stream := platform.Stream{ID: one.StreamName}
			for _, push := range one.PublishTimeList { // several may push, the newest is the one that counts
				if at, err := time.Parse(time.RFC3339, push.PublishTime); err == nil {
					stream.Since = max(stream.Since, at.Unix())
				}
			}
			list.Streams = append(list.Streams, stream)
		}
		if number >= part.TotalPage || len(part.OnlineInfo) == 0 {
			break
		}
	}
	return list, nil
}

// page reads one page, and once more if it got none: of two hundred one may well be lost.
func (c *Client) page(ctx context.Context, number int) (part online, err error) {
	for range 2 {
		err = c.call(ctx, platform.CallList, "DescribeLiveStreamOnlineList", page{DomainName: c.config.Domain, AppName: c.config.App, PageNum: number, PageSize: pageSize}, &part)
		if err == nil || platform.OutcomeOf(err) == platform.Refused {
			break
		}
		part = online{}
	}
	return part, err
}

// stream names one.
type stream struct {
	AppName    string
	DomainName string
	StreamName string
}

func (c *Client) stream(id string) stream {
	return stream{AppName: c.config.App, DomainName: c.config.Domain, StreamName: id}
}

// State implements platform.Platform.
func (c *Client) State(ctx context.Context, id string) (platform.State, error) {
	var answer struct{ StreamState string }
	if err := c.call(ctx, platform.CallState, "DescribeLiveStreamState", c.stream(id), &answer); err != nil {
		return platform.Unknown, err
	}
	switch answer.StreamState {
	case "active":
		return platform.Online, nil
	case "inactive":
		return platform.Offline, nil
	case "forbid":
		return platform.Forbidden, nil
	default:
		return platform.Unknown, platform.Errorf(platform.Unreadable, "DescribeLiveStreamState: the state %q is none of active, inactive and forbid", answer.StreamState)
	}
}

// Drop implements platform.Platform.
func (c *Client) Drop(ctx context.Context, id string) error {
	return c.call(ctx, platform.CallDrop, "DropLiveStream", c.stream(id), &struct{}{})
}

const (
	longestForbidden = 90 * 24 * time.Hour // what the platform takes
	longestReason    = 2048                // bytes
)

// Forbid implements platform.Platform. The platform forbids for 90 days at most.
func (c *Client) Forbid(ctx context.Context, id string, until int64, reason string) error {
	latest := c.config.Now().Add(longestForbidden - time.Minute) // its clock may be behind ours
	return c.call(ctx, platform.CallForbid, "ForbidLiveStream", struct {
		stream
		ResumeTime string
		Reason     string
	}{
		c.stream(id),
		time.Unix(min(until, latest.Unix()), 0).UTC().Format(time.RFC3339),
		reason[:min(len(reason), longestReason)],
	}, &struct{}{})
}

// Resume implements platform.Platform.
func (c *Client) Resume(ctx context.Context, id string) error {
	return c.call(ctx, platform.CallResume, "ResumeLiveStream", c.stream(id), &struct{}{})
}
