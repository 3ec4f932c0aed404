// Package presence takes the IM service's callbacks: who joins the chat group of a room and who
// leaves it, without the client's help.
//
// Presence.Serve verifies a callback, finds the rooms that have the group (groups.go) and hands
// what is told to the room service, which decides what is newer. A group is named by a client
// and belongs to nobody, so what several rooms share is treated with care: see apply.
// docs/presence.md says how the IM service is to be configured.
package presence

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/ratelog"
)

// How often a line of the log tells of callbacks that changed nothing.
const (
	refusedEvery = 5 * time.Second
	failedEvery  = time.Second
)

// What became of a callback, beside the verdicts of members.Service.
const (
	ignored   streams.Verdict = "ignored"   // it means nothing to us
	unknown   streams.Verdict = "unknown"   // no room has the group
	ambiguous streams.Verdict = "ambiguous" // several rooms have it, so nobody joins any
	full      streams.Verdict = "full"      // the room takes nobody else in
)

// Presence applies callbacks. It is safe for concurrent use. The IM service sends again what is
// not answered with 200, and may do so to another copy of the gateway.
type Presence struct {
	config   Config
	room     members.Service
	groups   *groups
	now      func() time.Time
	refused  *ratelog.Log
	failures *ratelog.Log
}

// New returns the Presence on the two services. It tells if it is off, as most sites have
// no IM service: every callback is refused then.
func New(config Config, stream streams.Service, room members.Service, now func() time.Time, log *slog.Logger) *Presence {
	if !config.On() {
		log.Info("callbacks of an IM service at /callback/im are refused, as im_appid and im_callback_token are not set")
	}
	return &Presence{
		config: config, room: room, groups: newGroups(stream, now), now: now,
		refused: ratelog.New(log, refusedEvery, now), failures: ratelog.New(log, failedEvery, now),
	}
}

// The bodies of answers, in the form that the IM service asks for. Nobody changes them.
var (
	accepted  = []byte(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`)
	malformed = []byte(`{"ActionStatus":"FAIL","ErrorInfo":"not a json object","ErrorCode":400}`)
	forbidden = []byte(`{"ActionStatus":"FAIL","ErrorInfo":"SdkAppid, Sign or RequestTime is missing or wrong","ErrorCode":403}`)
	failed    = []byte(`{"ActionStatus":"FAIL","ErrorInfo":"not applied, send again","ErrorCode":500}`)
)

// Serve applies one callback. An error that a repetition could not change is answered with
// 200: one that is applied, and one that means nothing to us.
func (p *Presence) Serve(ctx context.Context, q Query, body []byte) event.Answer {
	arrived := p.now()
	kind := typeOf(q.Command)
	if err := p.verify(q, arrived); err != nil {
		p.refused.Log(ctx, slog.LevelWarn, "IM callback refused", "type", kind, "err", err)
		return event.Answer{Status: http.StatusForbidden, Body: forbidden, Type: kind}
	}
	fields, err := envelope.Parse(body)
	if err != nil {
		return event.Answer{Status: http.StatusBadRequest, Body: malformed, Type: event.Unread}
	}
	verdict, err := p.apply(ctx, read(fields, body, q, arrived))
	if err != nil {
		p.failures.Log(ctx, max(slog.LevelWarn, apierr.CodeOf(err).Level()), "IM callback not applied", "type", kind, "err", err)
		return event.Answer{Status: http.StatusInternalServerError, Body: failed, Type: kind, Fault: apierr.CodeOf(err)}
	}
	return event.Answer{Status: http.StatusOK, Body: accepted, Type: kind, Verdict: verdict}
}
