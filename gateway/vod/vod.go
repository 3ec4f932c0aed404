// Package vod takes the callbacks of the service that keeps the recorded files: which of them
// are deleted. A row whose files are gone must not be offered to viewers any longer.
//
// Callbacks.Serve is all of it. The service signs nothing, so a token in the URL is the proof.
package vod

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/ratelog"
	"xiaozhibo.dev/libs/rpc/credentials"
)

// How often a line of the log tells of callbacks that changed nothing.
const (
	refusedEvery = 5 * time.Second
	failedEvery  = time.Second
)

// The types of callbacks, as labels of metrics.
const (
	typeDeleted = "vod_deleted"
	typeOther   = "vod_other" // one that means nothing to us, or that was refused unread
)

// Callbacks applies callbacks.
type Callbacks struct {
	token    *credentials.Secret // nil: none is believed
	stream   streams.Service
	refused  *ratelog.Log
	failures *ratelog.Log
}

// New returns the Callbacks on the stream service. It tells if they are off, as most sites
// have no VOD service: every callback is refused then. The error names the key.
func New(config Config, stream streams.Service, log *slog.Logger) (*Callbacks, error) {
	c := &Callbacks{stream: stream, refused: ratelog.New(log, refusedEvery, time.Now), failures: ratelog.New(log, failedEvery, time.Now)}
	if !config.On() {
		log.Info("callbacks of a VOD service at /callback/vod are refused, as vod_callback_token is not set")
		return c, nil
	}
	var err error
	c.token, err = credentials.NewSecret(tokenKey, config.Token, log)
	return c, err
}

// The bodies of answers. All requests share them, so nobody changes them.
var (
	accepted  = []byte(`{"code":0}`)
	malformed = []byte(`{"code":400,"message":"not a json object, or FileIdSet is no list of 1000 ids at most"}`)
	forbidden = []byte(`{"code":403,"message":"token is missing or wrong"}`)
	failed    = []byte(`{"code":500,"message":"not applied, send again"}`)
)

// Serve applies one callback, whose URL has the token. All but 200 asks for it again. What
// is done twice changes nothing the second time, and files that nobody knows are no error.
func (c *Callbacks) Serve(ctx context.Context, token string, body []byte) event.Answer {
	if why := c.doubt(token); why != "" {
		c.refused.Log(ctx, slog.LevelWarn, "VOD callback refused", "why", why)
		return event.Answer{Status: http.StatusForbidden, Body: forbidden, Type: typeOther}
	}
	kind, files, err := read(body)
	if err != nil {
		c.failures.Log(ctx, slog.LevelWarn, "VOD callback not understood", "err", err)
		return event.Answer{Status: http.StatusBadRequest, Body: malformed, Type: event.Unread}
	}
	verdict, err := c.remove(ctx, files)
	if err != nil {
		c.failures.Log(ctx, max(slog.LevelWarn, apierr.CodeOf(err).Level()), "VOD callback not applied", "type", kind, "err", err)
		return event.Answer{Status: http.StatusInternalServerError, Body: failed, Type: kind, Fault: apierr.CodeOf(err)}
	}
	return event.Answer{Status: http.StatusOK, Body: accepted, Type: kind, Verdict: verdict}
}

// doubt returns why a callback is not believed, "" if it is. It never quotes the token.
func (c *Callbacks) doubt(token string) string {
	switch {
	case c.token == nil:
		return "no callback is believed without vod_callback_token"
	case token == "":
		return "the URL has no token"
	case !c.token.Accept([]byte("Bearer " + token)):
		return "the token is wrong"
	default:
		return ""
	}
}

// remove takes the files out of the list. Each is removed by itself: after an error some may be gone already.
func (c *Callbacks) remove(ctx context.Context, files []string) (verdict streams.Verdict, err error) {
	defer apierr.Recover(&err)
	if len(files) == 0 {
		return streams.Unusable, nil
	}
	return c.stream.RemoveFiles(ctx, files)
}
