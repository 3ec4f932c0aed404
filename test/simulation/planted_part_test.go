package simulation_test

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/test/simulation"
)

// partFaults make more of a failure than it is: that of one item, or that of writes.
var partFaults = map[string]simulation.Plant{
	"a page waits until what is due is gone":      rulePlant(func(s streams.Service) streams.Service { return sweepsFirst{s} }),
	"a size waits until what is due is gone":      {RoomService: func(s members.Service) members.Service { return sizesSwept{s} }},
	"a room that cannot be read fails all":        rulePlant(func(s streams.Service) streams.Service { return &roomsTogether{Service: s} }),
	"the error of an entry is the next one's too": {RoomService: func(s members.Service) members.Service { return &errorsLinger{Service: s} }},
	"a number that is missing takes others along": {CounterService: func(s counters.Service) counters.Service {
		return numbersTogether{s}
	}},
	"a like that failed is counted for the next": {CounterService: func(s counters.Service) counters.Service {
		return &likesLinger{Service: s}
	}},
}

// sweeper is what a service can do besides its contract.
type sweeper interface {
	Sweep(ctx context.Context) error
}

type sweepsFirst struct{ streams.Service }

func (s sweepsFirst) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	if err := s.Service.(sweeper).Sweep(ctx); err != nil {
		return combine.Fail[streams.Page](len(queries), err)
	}
	return s.Service.Pages(ctx, queries)
}

type sizesSwept struct{ members.Service }

func (s sizesSwept) Sizes(ctx context.Context, rooms []members.Key) []combine.Result[int] {
	if err := s.Service.(sweeper).Sweep(ctx); err != nil {
		return combine.Fail[int](len(rooms), err)
	}
	return s.Service.Sizes(ctx, rooms)
}

// together gives the error of one item to all of them.
func together[R any](results []combine.Result[R]) []combine.Result[R] {
	if _, err := combine.All(results); err != nil {
		return combine.Fail[R](len(results), err)
	}
	return results
}

// soon is for how long the error of one room is that of all others.
const soon = time.Second

// roomsTogether gives the error of one room to all that are read soon after it.
type roomsTogether struct {
	streams.Service
	failed time.Time
	err    error
}

func (s *roomsTogether) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	sessions := together(s.Service.Sessions(ctx, users))
	if err := sessions[0].Err; err != nil {
		s.failed, s.err = time.Now(), err
	} else if s.err != nil && time.Since(s.failed) < soon {
		return combine.Fail[*streams.Session](len(users), s.err)
	}
	return sessions
}

func (s *roomsTogether) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return streams.FencesOf(s.Sessions(ctx, users))
}

type errorsLinger struct {
	members.Service
	err error
}

func (s *errorsLinger) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	before := s.err
	entered := s.Service.Enter(ctx, entries)
	_, s.err = combine.All(entered)
	if before != nil {
		return combine.Fail[struct{}](len(entries), before)
	}
	return entered
}

type numbersTogether struct{ counters.Service }

func (s numbersTogether) Get(ctx context.Context, keys []counters.Key) []combine.Result[int64] {
	return together(s.Service.Get(ctx, keys))
}

type likesLinger struct {
	counters.Service
	failed int64
}

func (s *likesLinger) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	additions[0].Delta += s.failed
	s.failed = 0
	counts := s.Service.Add(ctx, additions)
	for i, count := range counts {
		if count.Err != nil {
			s.failed += additions[i].Delta
		}
	}
	return counts
}
