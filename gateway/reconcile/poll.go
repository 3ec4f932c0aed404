package reconcile

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/platform"
)

const (
	pageSize = 200
	// tellTimeout bounds a call to the stream service.
	tellTimeout = 5 * time.Second
)

// Poll asks the platform once, and tells the stream service what it says. It is done when
// the interval is over: who has not been asked for by then comes first in the next one. The
// error is why the platform's list could not be had, and then nothing is believed.
func (r *Reconciler) Poll(ctx context.Context) (err error) {
	r.pace.Lock()
	defer r.pace.Unlock()
	defer apierr.Recover(&err)
	began := r.now()
	ctx, cancel := context.WithTimeout(ctx, r.poll-r.poll/20)
	defer cancel()

	asked := r.clock.at(began)
	sessions, err := r.sessions(ctx) // before the platform is asked: what begins meanwhile is in neither
	if err != nil {
		r.polled(false, r.now())
		return err
	}
	list, err := r.platform.Online(ctx)
	if err != nil {
		r.polled(false, r.now())
		return err
	}
	r.memory.list(sessions)
	hidden, absent := r.memory.see(list, r.rule.Sightings)
	r.confirm(ctx, asked, list, hidden)
	if list.Whole {
		each(ctx, r, absent, func(ctx context.Context, id string) { r.denied(ctx, id, began, asked) })
	} else {
		r.ask(ctx, began, absent)
	}
	r.polled(true, r.now())
	return nil
}

// sessions reads our list, page by page.
func (r *Reconciler) sessions(ctx context.Context) (all []streams.Session, err error) {
	for {
		page, err := combine.One(r.streams.Pages(ctx, []streams.Query{{Live: true, Offset: len(all), Limit: pageSize}}))
		if err != nil {
			return nil, err
		}
		all = append(all, page.Sessions...)
		if len(page.Sessions) < pageSize {
			return all, nil
		}
	}
}

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

// ask asks for the sessions that are not in the platform's list, one by one, those that wait
// for longest first, as many as there is time for.
func (r *Reconciler) ask(ctx context.Context, began time.Time, absent []string) {
	for _, id := range absent {
		if one := r.memory.listed[id]; one.waits.IsZero() {
			one.waits = began
		}
	}
	slices.SortFunc(absent, func(a, b string) int {
		return cmp.Or(r.memory.listed[a].waits.Compare(r.memory.listed[b].waits), strings.Compare(a, b))
	})
	each(ctx, r, absent, func(ctx context.Context, id string) {
		one, at := r.memory.listed[id], r.now()
		asked := r.clock.at(at)
		state, err := r.platform.State(ctx, id)
		switch {
		case ctx.Err() != nil:
			return // its turn has not come
		case state == platform.Online:
			one.online()
		case state.Gone():
			r.denied(ctx, id, at, asked)
		case err != nil:
			r.failed.Log(ctx, slog.LevelWarn, "the platform does not say whether a stream is online", "stream", id, "err", err)
		}
		one.waits = r.now()
	})
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

// each does work for every stream, a few at once, until the time is over.
func each[T any](ctx context.Context, r *Reconciler, streams []T, work func(ctx context.Context, stream T)) {
	var group errgroup.Group
	group.SetLimit(r.rule.AtOnce)
	for _, stream := range streams {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() (err error) {
			defer apierr.Recover(&err)
			work(ctx, stream)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		r.log.ErrorContext(ctx, "panic in a poll of the platform", "err", err)
	}
}

// untold tells that the stream service could not be told what the platform said.
func (r *Reconciler) untold(ctx context.Context, err error) {
	r.failed.Log(ctx, max(slog.LevelWarn, apierr.CodeOf(err).Level()), "what the platform says cannot be told to the stream service", "err", err)
}
