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

func (s likesAgain) Add(ctx context.Context, additions []counter.Addition) ([]int64, error) {
	counts, err := s.Service.Add(ctx, additions)
	if apierr.CodeOf(err) == apierr.Unavailable || apierr.CodeOf(err) == apierr.Storage {
		return s.Service.Add(ctx, additions)
	}
	return counts, err
}

type likesAnyway struct{ counter.Service }

func (s likesAnyway) Add(ctx context.Context, additions []counter.Addition) ([]int64, error) {
	_, _ = s.Service.Add(ctx, additions)
	return make([]int64, len(additions)), nil
}

type likesOfAll struct{ counter.Service }

func (s likesOfAll) Add(ctx context.Context, additions []counter.Addition) ([]int64, error) {
	for i := range additions {
		additions[i].Key.Session = 0
	}
	return s.Service.Add(ctx, additions)
}

func (s likesOfAll) Get(ctx context.Context, keys []counter.Key) ([]int64, error) {
	for i := range keys {
		keys[i].Session = 0
	}
	return s.Service.Get(ctx, keys)
}

type membersOfAll struct{ room.Service }

func (s membersOfAll) Enter(ctx context.Context, entries []room.Entry) ([]struct{}, error) {
	entries[0].Room.Session = 0
	return s.Service.Enter(ctx, entries)
}

func (s membersOfAll) Quit(ctx context.Context, exits []room.Exit) ([]struct{}, error) {
	exits[0].Room.Session = 0
	return s.Service.Quit(ctx, exits)
}

func (s membersOfAll) Pages(ctx context.Context, queries []room.Query) ([]room.Page, error) {
	queries[0].Room.Session = 0
	return s.Service.Pages(ctx, queries)
}

func (s membersOfAll) Sizes(ctx context.Context, rooms []room.Key) ([]int, error) {
	for i := range rooms {
		rooms[i].Session = 0
	}
	return s.Service.Sizes(ctx, rooms)
}

type staysIn struct{ room.Service }

func (s staysIn) Quit(_ context.Context, exits []room.Exit) ([]struct{}, error) {
	return make([]struct{}, len(exits)), nil
}

type entersAnyway struct{ room.Service }

func (s entersAnyway) Enter(ctx context.Context, entries []room.Entry) ([]struct{}, error) {
	_, _ = s.Service.Enter(ctx, entries)
	return make([]struct{}, len(entries)), nil
}

// cached is for how long the caches below hold.
const cached = 3 * time.Second

type oldRooms struct {
	stream.Service
	read  time.Time
	rooms map[string]*stream.Room
}

func (s *oldRooms) Rooms(ctx context.Context, users []string) ([]*stream.Room, error) {
	if time.Since(s.read) > cached {
		clear(s.rooms)
		s.read = time.Now()
	}
	if room, known := s.rooms[users[0]]; known {
		return []*stream.Room{room}, nil
	}
	rooms, err := s.Service.Rooms(ctx, users)
	if err == nil && rooms[0] != nil {
		s.rooms[users[0]] = rooms[0]
	}
	return rooms, err
}

type oldPages struct {
	stream.Service
	read    time.Time
	queries []stream.Query
	pages   []stream.Page
}

func (s *oldPages) Pages(ctx context.Context, queries []stream.Query) ([]stream.Page, error) {
	if len(queries) == 1 && len(s.queries) == 1 && queries[0] == s.queries[0] && time.Since(s.read) < cached {
		return s.pages, nil
	}
	began := time.Now()
	pages, err := s.Service.Pages(ctx, queries)
	if err == nil {
		s.read, s.queries, s.pages = began, queries, pages
	}
	return pages, err
}

type eventsAnyway struct{ stream.Service }

func (s eventsAnyway) ApplyPush(ctx context.Context, push stream.Push) (stream.Verdict, error) {
	verdict, _ := s.Service.ApplyPush(ctx, push)
	return verdict, nil
}

type roomsOfNobody struct{ stream.Service }

func (s roomsOfNobody) Rooms(ctx context.Context, users []string) ([]*stream.Room, error) {
	rooms, _ := s.Service.Rooms(ctx, users)
	if rooms == nil {
		rooms = make([]*stream.Room, len(users))
	}
	return rooms, nil
}
