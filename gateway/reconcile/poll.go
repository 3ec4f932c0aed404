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
	// pageSize is how many rows of our list are read at once.
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

// sessions reads our list, page by page. A session may begin or end between two pages, so one may be missed or come twice: see
// memory.missed.
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
