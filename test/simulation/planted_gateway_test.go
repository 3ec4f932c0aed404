package simulation_test

import (
	"context"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/test/simulation"
)

// gatewayFaults are made where the gateway composes the services.
var gatewayFaults = map[string]simulation.Plant{
	"a like is tried again as another":     counterPlant(func(s counters.Service) counters.Service { return likesAgain{s} }),
	"a like that failed is acknowledged":   counterPlant(func(s counters.Service) counters.Service { return likesAnyway{s} }),
	"likes forget the session":             counterPlant(func(s counters.Service) counters.Service { return likesOfAll{s} }),
	"members forget the session":           roomPlant(func(s members.Service) members.Service { return membersOfAll{s} }),
	"a quit is acknowledged and not made":  roomPlant(func(s members.Service) members.Service { return staysIn{s} }),
	"an entry that failed is acknowledged": roomPlant(func(s members.Service) members.Service { return entersAnyway{s} }),
	"rooms are read from a cache": streamPlant(func(s streams.Service) streams.Service {
		return &oldRooms{Service: s, sessions: map[string]*streams.Session{}}
	}),
	"lists are read from a cache":            streamPlant(func(s streams.Service) streams.Service { return &oldPages{Service: s} }),
	"an event that failed is accepted":       streamPlant(func(s streams.Service) streams.Service { return eventsAnyway{s} }),
	"a room that cannot be read is nobody's": streamPlant(func(s streams.Service) streams.Service { return roomsOfNobody{s} }),
}

func counterPlant(plant func(counters.Service) counters.Service) simulation.Plant {
	return simulation.Plant{Gateway: func(s action.Services) action.Services { s.Counter = plant(s.Counter); return s }}
}

func roomPlant(plant func(members.Service) members.Service) simulation.Plant {
	return simulation.Plant{Gateway: func(s action.Services) action.Services { s.Room = plant(s.Room); return s }}
}

func streamPlant(plant func(streams.Service) streams.Service) simulation.Plant {
	return simulation.Plant{Gateway: func(s action.Services) action.Services { s.Stream = plant(s.Stream); return s }}
}

type likesAgain struct{ counters.Service }

func (s likesAgain) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	counts := s.Service.Add(ctx, additions)
	if code := apierr.CodeOf(counts[0].Err); code == apierr.Unavailable || code == apierr.Storage {
		return s.Service.Add(ctx, additions)
	}
	return counts
}

type likesAnyway struct{ counters.Service }

func (s likesAnyway) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	s.Service.Add(ctx, additions)
	return make([]combine.Result[int64], len(additions))
}

type likesOfAll struct{ counters.Service }

func (s likesOfAll) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	for i := range additions {
		additions[i].Key.Session = 0
	}
	return s.Service.Add(ctx, additions)
}

func (s likesOfAll) Get(ctx context.Context, keys []counters.Key) []combine.Result[int64] {
	for i := range keys {
		keys[i].Session = 0
	}
	return s.Service.Get(ctx, keys)
}

type membersOfAll struct{ members.Service }

func (s membersOfAll) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	entries[0].Room.Session = 0
	return s.Service.Enter(ctx, entries)
}

func (s membersOfAll) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	exits[0].Room.Session = 0
	return s.Service.Quit(ctx, exits)
}

func (s membersOfAll) Pages(ctx context.Context, queries []members.Query) []combine.Result[members.Page] {
	queries[0].Room.Session = 0
	return s.Service.Pages(ctx, queries)
}

func (s membersOfAll) Sizes(ctx context.Context, rooms []members.Key) []combine.Result[int] {
	for i := range rooms {
		rooms[i].Session = 0
	}
	return s.Service.Sizes(ctx, rooms)
}

type staysIn struct{ members.Service }

func (s staysIn) Quit(_ context.Context, exits []members.Exit) []combine.Written {
	return make([]combine.Written, len(exits))
}

type entersAnyway struct{ members.Service }

func (s entersAnyway) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	s.Service.Enter(ctx, entries)
	return make([]combine.Written, len(entries))
}

// cached is for how long the caches below hold.
const cached = 3 * time.Second

type oldRooms struct {
	streams.Service
	read     time.Time
	sessions map[string]*streams.Session
}

func (s *oldRooms) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	if time.Since(s.read) > cached {
		clear(s.sessions)
		s.read = time.Now()
	}
	if session, known := s.sessions[users[0]]; known {
		return []combine.Result[*streams.Session]{{Value: session}}
	}
	sessions := s.Service.Sessions(ctx, users)
	if session := sessions[0].Value; session != nil {
		s.sessions[users[0]] = session
	}
	return sessions
}

func (s *oldRooms) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return streams.FencesOf(s.Sessions(ctx, users))
}

type oldPages struct {
	streams.Service
	read    time.Time
	queries []streams.Query
	pages   []combine.Result[streams.Page]
}

func (s *oldPages) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	if len(queries) == 1 && len(s.queries) == 1 && queries[0] == s.queries[0] && time.Since(s.read) < cached {
		return s.pages
	}
	began := time.Now()
	pages := s.Service.Pages(ctx, queries)
	if _, err := combine.All(pages); err == nil {
		s.read, s.queries, s.pages = began, queries, pages
	}
	return pages
}

type eventsAnyway struct{ streams.Service }

func (s eventsAnyway) ApplyPush(ctx context.Context, push streams.Push) (streams.Verdict, error) {
	verdict, _ := s.Service.ApplyPush(ctx, push)
	return verdict, nil
}

type roomsOfNobody struct{ streams.Service }

func (s roomsOfNobody) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	sessions := s.Service.Sessions(ctx, users)
	for i := range sessions {
		sessions[i].Err = nil
	}
	return sessions
}

func (s roomsOfNobody) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return streams.FencesOf(s.Sessions(ctx, users))
}
