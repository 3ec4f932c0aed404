package reconcile

import (
	"context"
	"log/slog"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/platform"
)

// confirm tells of the streams that are pushed: of the hidden ones, and of the listed ones so
// that they do not expire. The stream service writes down what is news.
func (r *Reconciler) confirm(ctx context.Context, asked int64, list platform.List, hidden []platform.Stream) {
	tell := hidden
	for _, stream := range list.Streams {
		if r.memory.listed[stream.ID] != nil {
			tell = append(tell, stream)
		}
	}
	each(ctx, r, tell, func(ctx context.Context, stream platform.Stream) {
		verdict, err := r.streams.Confirm(ctx, streams.Sighting{StreamID: stream.ID, Source: streams.Poll, Asked: asked, Since: stream.Since})
		if err != nil {
			r.untold(ctx, err)
			return
		}
		if verdict == streams.UserBanned {
			r.cutOff(ctx, stream.ID)
		}
		if verdict == streams.Applied && r.memory.listed[stream.ID] == nil {
			r.shown.Add(ctx, 1)
			r.log.InfoContext(ctx, "a session is listed: the platform says that its stream is pushed", "stream", stream.ID)
		}
	})
}

// cutOff ends the push of a user who may not go live: the platform did not know of the ban,
// cannot forbid, or has forbidden for less long.
func (r *Reconciler) cutOff(ctx context.Context, id string) {
	if err := r.platform.Drop(ctx, id); err != nil {
		r.failed.Log(ctx, slog.LevelWarn, "the push of a banned user could not be ended: the next poll tries again", "stream", id, "err", err)
		return
	}
	r.dropped.Add(ctx, 1)
	r.log.InfoContext(ctx, "the push of a banned user is ended", "stream", id)
}

// denied counts that the platform says that nobody pushes a stream, and ends its session if
// that is often enough.
func (r *Reconciler) denied(ctx context.Context, id string, at time.Time, asked int64) {
	one := r.memory.listed[id]
	r.denials.Add(ctx, 1)
	one.deny(at, asked, r.poll)
	if len(one.denied) < r.rule.Denials {
		return
	}
	one.denied = one.denied[len(one.denied)-r.rule.Denials:]                    // the session may have been alive after earlier ones
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTimeout) // the question is answered: what it came to is told
	defer cancel()
	verdict, err := r.streams.Deny(ctx, streams.Sighting{StreamID: id, Session: one.session, Source: streams.Poll, Asked: one.denied[0]})
	if err != nil {
		r.untold(ctx, err) // and again with the next denial
		return
	}
	if verdict == streams.Applied {
		r.ended.Add(ctx, 1)
		r.log.InfoContext(ctx, "a session has ended: the platform says that nobody pushes its stream", "stream", id, "session", one.session)
	}
}

// untold tells that the stream service could not be told what the platform said.
func (r *Reconciler) untold(ctx context.Context, err error) {
	r.failed.Log(ctx, max(slog.LevelWarn, apierr.CodeOf(err).Level()), "what the platform says cannot be told to the stream service", "err", err)
}
