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

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
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

// apply finds the rooms of the group, and hands on what is told of their members.
//
// Groups are named by clients, so several rooms may have one. A user who leaves the group
// has left each of them. But nobody can tell which of them a user has come to, and to count
// one viewer in all would let anybody share in another's number: so a join goes to the only
// room that is online, or, where none is, to the only one there is.
func (p *Presence) apply(ctx context.Context, c callback) (verdict streams.Verdict, err error) {
	defer apierr.Recover(&err)
	if !c.usable() {
		return ignored, nil
	}
	rooms, err := p.groups.rooms(ctx, c.group)
	if err != nil {
		return "", err
	}
	if len(rooms) == 0 {
		return unknown, nil
	}
	if c.destroyed {
		return p.empty(ctx, rooms, c)
	}
	if c.in {
		if rooms = only(rooms); len(rooms) == 0 {
			return ambiguous, nil
		}
	}
	var told []members.Presence
	for _, room := range rooms {
		for _, user := range c.users {
			told = append(told, c.of(action.SessionOf(room), user))
		}
	}
	verdict, _, err = p.hear(ctx, told)
	return verdict, err
}

// only returns the room that a join is for, nothing if several could be meant.
func only(rooms []*streams.Session) []*streams.Session {
	var online []*streams.Session
	for _, room := range rooms {
		if room.Online {
			online = append(online, room)
		}
	}
	switch {
	case len(online) == 1:
		return online
	case len(online) == 0 && len(rooms) == 1:
		return rooms
	default:
		return nil
	}
}

// hear tells the room service, and returns applied if anything was, else what became of
// the last. late is how many changed nothing.
func (p *Presence) hear(ctx context.Context, told []members.Presence) (verdict streams.Verdict, late int, err error) {
	for _, result := range p.room.Hear(ctx, told) {
		its := streams.Verdict(result.Value)
		switch {
		case apierr.CodeOf(result.Err) == apierr.TooMany:
			its = full
		case result.Err != nil:
			return "", late, result.Err
		}
		if its != streams.Applied {
			late++
		}
		if verdict != streams.Applied {
			verdict = its
		}
	}
	return verdict, late, nil
}

// emptied is how many members of a group that was destroyed leave at once.
const emptied = 500

// empty lets everybody out of the rooms of a group that was destroyed, but for those who
// have come since. Where it is not done in time the callback fails; when it comes again, it
// goes on.
func (p *Presence) empty(ctx context.Context, rooms []*streams.Session, c callback) (verdict streams.Verdict, err error) {
	verdict = streams.Applied
	for _, room := range rooms {
		key := action.SessionOf(room)
		for offset := 0; ; {
			page, err := combine.One(p.room.Pages(ctx, []members.Query{{Room: key, Offset: offset, Limit: emptied}}))
			if err != nil {
				return "", err
			}
			if len(page.Members) == 0 {
				break
			}
			told := make([]members.Presence, len(page.Members))
			for i, one := range page.Members {
				told[i] = c.of(key, one.User)
			}
			_, late, err := p.hear(ctx, told)
			if err != nil {
				return "", err
			}
			offset += late
		}
	}
	return verdict, nil
}
