package simulation_test

import (
	"context"
	"time"

	"xiaozhibo.dev/deploy/simulation"
	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/counter"
	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// gatewayFaults are made where the gateway composes the services.
var gatewayFaults = map[string]simulation.Plant{
	"a like is tried again as another":     counterPlant(func(s counter.Service) counter.Service { return likesAgain{s} }),
	"a like that failed is acknowledged":   counterPlant(func(s counter.Service) counter.Service { return likesAnyway{s} }),
	"likes forget the session":             counterPlant(func(s counter.Service) counter.Service { return likesOfAll{s} }),
	"members forget the session":           roomPlant(func(s room.Service) room.Service { return membersOfAll{s} }),
	"a quit is acknowledged and not made":  roomPlant(func(s room.Service) room.Service { return staysIn{s} }),
	"an entry that failed is acknowledged": roomPlant(func(s room.Service) room.Service { return entersAnyway{s} }),
	"rooms are read from a cache": streamPlant(func(s stream.Service) stream.Service {
		return &oldRooms{Service: s, rooms: map[string]*stream.Room{}}
	}),
	"lists are read from a cache":            streamPlant(func(s stream.Service) stream.Service { return &oldPages{Service: s} }),
	"an event that failed is accepted":       streamPlant(func(s stream.Service) stream.Service { return eventsAnyway{s} }),
	"a room that cannot be read is nobody's": streamPlant(func(s stream.Service) stream.Service { return roomsOfNobody{s} }),
}

func counterPlant(plant func(counter.Service) counter.Service) simulation.Plant {
	return simulation.Plant{Gateway: func(s action.Services) action.Services { s.Counter = plant(s.Counter); return s }}
}

func roomPlant(plant func(room.Service) room.Service) simulation.Plant {
	return simulation.Plant{Gateway: func(s action.Services) action.Services { s.Room = plant(s.Room); return s }}
}

func streamPlant(plant func(stream.Service) stream.Service) simulation.Plant {
	return simulation.Plant{Gateway: func(s action.Services) action.Services { s.Stream = plant(s.Stream); return s }}
}

type likesAgain struct{ counter.Service }

func (s likesAgain) Add(ctx context.Context, additions []counter.Addition) []combine.Result[int64] {
	counts := s.Service.Add(ctx, additions)
	if code := apierr.CodeOf(counts[0].Err); code == apierr.Unavailable || code == apierr.Storage {
		return s.Service.Add(ctx, additions)
	}
	return counts
}

type likesAnyway struct{ counter.Service }

func (s likesAnyway) Add(ctx context.Context, additions []counter.Addition) []combine.Result[int64] {
	s.Service.Add(ctx, additions)
	return make([]combine.Result[int64], len(additions))
}

type likesOfAll struct{ counter.Service }

func (s likesOfAll) Add(ctx context.Context, additions []counter.Addition) []combine.Result[int64] {
	for i := range additions {
		additions[i].Key.Session = 0
	}
	return s.Service.Add(ctx, additions)
}

func (s likesOfAll) Get(ctx context.Context, keys []counter.Key) []combine.Result[int64] {
	for i := range keys {
		keys[i].Session = 0
	}
	return s.Service.Get(ctx, keys)
}

type membersOfAll struct{ room.Service }

func (s membersOfAll) Enter(ctx context.Context, entries []room.Entry) []combine.Result[struct{}] {
	entries[0].Room.Session = 0
	return s.Service.Enter(ctx, entries)
}

func (s membersOfAll) Quit(ctx context.Context, exits []room.Exit) []combine.Result[struct{}] {
	exits[0].Room.Session = 0
	return s.Service.Quit(ctx, exits)
}

func (s membersOfAll) Pages(ctx context.Context, queries []room.Query) []combine.Result[room.Page] {
	queries[0].Room.Session = 0
	return s.Service.Pages(ctx, queries)
}

func (s membersOfAll) Sizes(ctx context.Context, rooms []room.Key) []combine.Result[int] {
	for i := range rooms {
		rooms[i].Session = 0
	}
	return s.Service.Sizes(ctx, rooms)
}

type staysIn struct{ room.Service }

func (s staysIn) Quit(_ context.Context, exits []room.Exit) []combine.Result[struct{}] {
	return make([]combine.Result[struct{}], len(exits))
}

type entersAnyway struct{ room.Service }

func (s entersAnyway) Enter(ctx context.Context, entries []room.Entry) []combine.Result[struct{}] {
	s.Service.Enter(ctx, entries)
	return make([]combine.Result[struct{}], len(entries))
}

// cached is for how long the caches below hold.
const cached = 3 * time.Second

type oldRooms struct {
	stream.Service
	read  time.Time
	rooms map[string]*stream.Room
}

func (s *oldRooms) Rooms(ctx context.Context, users []string) []combine.Result[*stream.Room] {
	if time.Since(s.read) > cached {
		clear(s.rooms)
		s.read = time.Now()
	}
	if room, known := s.rooms[users[0]]; known {
		return []combine.Result[*stream.Room]{{Value: room}}
	}
	rooms := s.Service.Rooms(ctx, users)
	if room := rooms[0].Value; room != nil {
		s.rooms[users[0]] = room
	}
	return rooms
}

type oldPages struct {
	stream.Service
	read    time.Time
	queries []stream.Query
	pages   []combine.Result[stream.Page]
}

func (s *oldPages) Pages(ctx context.Context, queries []stream.Query) []combine.Result[stream.Page] {
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

type eventsAnyway struct{ stream.Service }

func (s eventsAnyway) ApplyPush(ctx context.Context, push stream.Push) (stream.Verdict, error) {
	verdict, _ := s.Service.ApplyPush(ctx, push)
	return verdict, nil
}

type roomsOfNobody struct{ stream.Service }

func (s roomsOfNobody) Rooms(ctx context.Context, users []string) []combine.Result[*stream.Room] {
	rooms := s.Service.Rooms(ctx, users)
	for i := range rooms {
		rooms[i].Err = nil
	}
	return rooms
}
