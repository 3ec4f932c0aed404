// Package survey counts the live rooms and their members, now and then, for operators. No answer
// depends on it, and a survey that fails leaves its gauges without a value instead of a wrong
// one.
package survey

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	// interval is how often the rooms are counted where that is quickly done; where it is
	// not, share is for how many times as long as a count took the next one is put off.
	interval = 15 * time.Second
	share    = 5
	// breath is for how many times as long as a page took the next one is put off: to read a
	// million rooms takes seconds of a core, also right after a start, which those who ask for
	// something are not to feel.
	breath = 9
	// timeout bounds the count of one page.
	timeout  = 10 * time.Second
	pageSize = 200 // rows
)

// Survey counts what is there.
type Survey struct {
	streams streams.Service
	rooms   members.Service
	log     *slog.Logger
	latest  atomic.Pointer[count] // nil until all could be counted
}

// count is what one survey has counted.
type count struct{ rooms, members int64 }

// New returns a Survey that shows what it has counted last, if that was possible.
// Every gateway shows the whole system.
func New(streams streams.Service, rooms members.Service, scope telemetry.Scope) (*Survey, error) {
	s := &Survey{streams: streams, rooms: rooms, log: scope.Log}
	live, err := scope.Meter.Int64ObservableGauge("xzb.rooms.live",
		metric.WithDescription("Live rooms of the whole system, as counted last."))
	members, err2 := scope.Meter.Int64ObservableGauge("xzb.members",
		metric.WithDescription("Members of the live rooms of the whole system, as counted last."))
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	_, err = scope.Meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		if latest := s.latest.Load(); latest != nil {
			observer.ObserveInt64(live, latest.rooms)
			observer.ObserveInt64(members, latest.members)
		}
		return nil
	}, live, members)
	return s, err
}

// Run counts until ctx ends.
func (s *Survey) Run(ctx context.Context) error {
	told := false
	for pause := time.Duration(0); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		began := time.Now()
		counted, err := s.count(ctx)
		switch {
		case err == nil:
			s.latest.Store(&counted)
			told = false
		case ctx.Err() == nil:
			s.latest.Store(nil)
			if !told {
				s.log.WarnContext(ctx, "rooms and members cannot be counted", "err", err)
			}
			told = true
		}
		pause = max(interval, share*time.Since(began))
	}
}

// count goes through the list of live sessions page by page. A session that begins or ends meanwhile moves the others, so one may
// be missed or counted twice: the gauges are for operators, and exact to a few.
func (s *Survey) count(ctx context.Context) (counted count, err error) {
	for offset := 0; ; offset += pageSize {
		began := time.Now()
		page, err := s.page(ctx, offset)
		if err != nil {
			return counted, err
		}
		counted.rooms += page.rooms
		counted.members += page.members
		if page.rooms < pageSize {
			return counted, nil
		}
		select {
		case <-ctx.Done():
			return counted, ctx.Err()
		case <-time.After(breath * time.Since(began)):
		}
	}
}

// page counts one page of sessions, and the members of their rooms.
func (s *Survey) page(ctx context.Context, offset int) (counted count, err error) {
	defer apierr.Recover(&err)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	live, err := combine.One(s.streams.Pages(ctx, []streams.Query{{Live: true, Offset: offset, Limit: pageSize}}))
	if err != nil {
		return counted, err
	}
	keys := make([]members.Key, len(live.Sessions))
	for i := range live.Sessions {
		keys[i] = action.SessionOf(&live.Sessions[i])
	}
	sizes := s.rooms.Sizes(ctx, keys)
	for _, size := range sizes { // one that cannot be had takes nothing from the others
		counted.members += int64(size.Value)
	}
	counted.rooms = int64(len(keys))
	return counted, combine.Whole(sizes)
}
