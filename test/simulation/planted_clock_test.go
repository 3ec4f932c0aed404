package simulation_test

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	rules "xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/test/simulation"
)

// clockFaults believe a clock too much, or compare times of two clocks as if they were one.
var clockFaults = map[string]simulation.Plant{
	"a push from a clock that is behind is an old one": rulePlant(func(s streams.Service) streams.Service {
		return intolerant{s, map[string]int64{}}
	}),
	"a time in the future is believed":             cataloguePlant(func(s rules.Store) rules.Store { return neverBack{s, map[string]int64{}} }),
	"a session from a clock that is ahead is none": {RoomService: func(s members.Service) members.Service { return noneAhead{s} }},
}

type intolerant struct {
	streams.Service
	opened map[string]int64 // by stream id, in seconds
}

func (s intolerant) Open(ctx context.Context, o streams.Opening) (streams.Opened, error) {
	opened, err := s.Service.Open(ctx, o)
	s.opened[o.StreamID] = opened.Session.Number / 1000
	return opened, err
}

func (s intolerant) ApplyPush(ctx context.Context, push streams.Push) (streams.Verdict, error) {
	if push.Began && push.At < s.opened[push.StreamID] {
		push.At = 1
	}
	return s.Service.ApplyPush(ctx, push)
}

type noneAhead struct{ members.Service }

func (s noneAhead) Pages(ctx context.Context, queries []members.Query) []combine.Result[members.Page] {
	for _, q := range queries {
		if q.Room.Session > time.Now().UnixMilli() {
			return combine.Fail[members.Page](len(queries), apierr.New(apierr.Invalid, "session is ahead of the clock"))
		}
	}
	return s.Service.Pages(ctx, queries)
}

// neverBack keeps the latest time at which a room was alive, whatever the clock says.
type neverBack struct {
	rules.Store
	alive map[string]int64
}

func (s neverBack) Update(ctx context.Context, user string, reads rules.Reads, change func(rules.Tx) error) error {
	return s.Store.Update(ctx, user, reads, func(tx rules.Tx) error { return change(neverBackTx{tx, s, user}) })
}

type neverBackTx struct {
	rules.Tx
	store neverBack
	user  string
}

func (t neverBackTx) PutAnchor(a rules.Anchor) error {
	a.Alive = max(a.Alive, t.store.alive[t.user])
	t.store.alive[t.user] = a.Alive
	return t.Tx.PutAnchor(a)
}
