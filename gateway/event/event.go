// Package event takes the live platform's callbacks: pushes that begin and end, and recordings.
//
// Events.Serve has the signature checked, reads what the type needs and hands it to the stream
// service. What an event means, and whether it comes too late, is decided there: this package
// keeps nothing between two events. Its Answer is an ordinary HTTP status, since the platform
// sends again whatever is not answered with 200.
package event

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/ratelog"
)

// The event types that mean something to us.
const (
	typeInterrupted = 0
	typePushed      = 1
	typeRecorded    = 100
)

// Unread is the type of what did not become an event.
const Unread = "malformed"

// How often a line of the log tells of events that changed nothing: anybody can send
// what is refused, and a store that takes nothing fails every event.
const (
	refusedEvery = 5 * time.Second
	failedEvery  = time.Second
)

// Events applies events. It keeps nothing of an event: what has come before is known to the
// stream service alone, so events may come to any copy of the gateway. It is safe for concurrent
// use.
type Events struct {
	stream   streams.Service
	signing  signatures.Service
	refused  *ratelog.Log
	failures *ratelog.Log
}

// New returns the Events on their two services.
func New(streams streams.Service, signs signatures.Service, log *slog.Logger) *Events {
	return &Events{stream: streams, signing: signs, refused: ratelog.New(log, refusedEvery, time.Now), failures: ratelog.New(log, failedEvery, time.Now)}
}

// Answer is an answered event. Type is one of a fixed set of names. The callbacks of the IM
// service and of the VOD service are answered with one too, so that they are counted alike.
type Answer struct {
	Status  int // HTTP status
	Body    []byte
	Type    string
	Verdict streams.Verdict // "" unless Status is 200
	Fault   apierr.Code     // why Status is 500, else ""
}

// The bodies of answers. Their code is 0 for what was taken, else the HTTP status. Nobody changes them.
var (
	accepted  = []byte(`{"code":0}`)
	malformed = []byte(`{"code":400,"message":"not a json object"}`)
	forbidden = []byte(`{"code":403,"message":"sign is missing, wrong or out of its time"}`)
	failed    = []byte(`{"code":500,"message":"not applied, send again"}`)
)

// Serve applies the event in body. The platform repeats an event until it is answered with
// 200. So an event that a repetition could not change is answered with 200: one that is
// applied, and one that means nothing to us.
func (e *Events) Serve(ctx context.Context, body []byte) Answer {
	fields, err := envelope.Parse(body)
	if err != nil {
		return Answer{Status: http.StatusBadRequest, Body: malformed, Type: Unread}
	}
	sent := read(fields)
	verdict, err := e.verifyAndApply(ctx, sent)
	if apierr.CodeOf(err) == apierr.Denied {
		e.refused.Log(ctx, slog.LevelWarn, "event refused", "type", sent.typeName(), "err", err)
		return Answer{Status: http.StatusForbidden, Body: forbidden, Type: sent.typeName()}
	}
	if err != nil {
		// Whatever the code: an event that is wrong is ignored, so this is no fault of the platform.
		e.failures.Log(ctx, max(slog.LevelWarn, apierr.CodeOf(err).Level()), "event not applied", "type", sent.typeName(), "err", err)
		return Answer{Status: http.StatusInternalServerError, Body: failed, Type: sent.typeName(), Fault: apierr.CodeOf(err)}
	}
	return Answer{Status: http.StatusOK, Body: accepted, Type: sent.typeName(), Verdict: verdict}
}

// verifyAndApply has the signature checked before the event changes anything.
func (e *Events) verifyAndApply(ctx context.Context, sent event) (verdict streams.Verdict, err error) {
	defer apierr.Recover(&err)
	if err := e.signing.VerifyEvent(ctx, signatures.EventSign{Sign: sent.sign, T: sent.t}); err != nil {
		return "", err
	}
	return e.apply(ctx, sent)
}

// apply hands the event to the stream service, which decides what it means. An event of
// another type, or without what its type needs, is ignored.
func (e *Events) apply(ctx context.Context, sent event) (streams.Verdict, error) {
	switch {
	case !sent.usable:
		return streams.Unusable, nil
	case sent.eventType == typeRecorded:
		return e.stream.AddFile(ctx, sent.file)
	default:
		return e.stream.ApplyPush(ctx, streams.Push{
			StreamID: sent.file.StreamID,
			Sequence: sent.sequence,
			Began:    sent.eventType == typePushed,
			At:       sent.at,
		})
	}
}
