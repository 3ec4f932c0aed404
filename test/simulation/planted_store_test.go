package simulation_test

import (
	"context"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/test/simulation"
)

// storeFaults are made where facts are kept: those of likes and members here,
// those of the catalogue in catalogueFaults.
var storeFaults = map[string]simulation.Plant{
	"the last commit of stream is not synced":  {LostFsync: "stream"},
	"the last commit of counter is not synced": {LostFsync: "counter"},
	"the last commit of room is not synced":    {LostFsync: "room"},

	"some likes are not kept":          countPlant(func(s counter.Store) counter.Store { return &fewLikes{Store: s} }),
	"a repeated addition counts again": countPlant(func(s counter.Store) counter.Store { return anySender{s} }),
	"viewers are counted, not the members": memberPlant(func(s room.Store) room.Store {
		return &plusMinusOne{s, map[members.Key]int{}}
	}),
	"entering again goes to the end of the list": memberPlant(func(s room.Store) room.Store { return toTheEnd{s} }),
	"some exits are not kept":                    memberPlant(func(s room.Store) room.Store { return &fewExits{Store: s} }),
	"the next page begins with the last row":     memberPlant(func(s room.Store) room.Store { return overlapping{s} }),

	"a room lives too long":            {Configure: func(c *stream.Config, _ *room.Config) { c.LiveTTL += 10 * time.Second }},
	"a member stays too long":          {Configure: func(_ *stream.Config, c *room.Config) { c.MemberTTL += 10 * time.Second }},
	"an anchor is forgotten too early": {Configure: func(c *stream.Config, _ *room.Config) { c.AnchorTTL /= 2 }},
	"an anchor is forgotten too late":  {Configure: func(c *stream.Config, _ *room.Config) { c.AnchorTTL += 10 * time.Second }},
	"a recording is listed too long":   {Configure: func(c *stream.Config, _ *room.Config) { c.RecordingWindow += 10 * time.Second }},
}

func countPlant(plant func(counter.Store) counter.Store) simulation.Plant {
	return simulation.Plant{CounterStore: plant}
}

func memberPlant(plant func(room.Store) room.Store) simulation.Plant {
	return simulation.Plant{RoomStore: plant}
}

type fewLikes struct {
	counter.Store
	count int
}

func (s *fewLikes) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	if s.count++; s.count%10 == 0 {
		return make([]combine.Result[int64], len(additions))
	}
	return s.Store.Add(ctx, additions)
}

type anySender struct{ counter.Store }

func (s anySender) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	for i := range additions {
		additions[i].Sender, additions[i].Number = "", 0
	}
	return s.Store.Add(ctx, additions)
}

type plusMinusOne struct {
	room.Store
	sizes map[members.Key]int
}

func (s *plusMinusOne) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	for _, e := range entries {
		s.sizes[e.Room]++
	}
	return s.Store.Enter(ctx, entries)
}

func (s *plusMinusOne) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	for _, e := range exits {
		s.sizes[e.Room] = max(0, s.sizes[e.Room]-1)
	}
	return s.Store.Quit(ctx, exits)
}

func (s *plusMinusOne) Sizes(_ context.Context, rooms []members.Key) []combine.Result[int] {
	sizes := make([]combine.Result[int], len(rooms))
	for i, key := range rooms {
		sizes[i].Value = s.sizes[key]
	}
	return sizes
}

type toTheEnd struct{ room.Store }

func (s toTheEnd) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	for _, e := range entries {
		if quit := s.Quit(ctx, []members.Exit{{Room: e.Room, User: e.User}}); quit[0].Err != nil {
			return slices.Repeat(quit, len(entries))
		}
	}
	return s.Store.Enter(ctx, entries)
}

type fewExits struct {
	room.Store
	count int
}

func (s *fewExits) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	if s.count++; s.count%4 == 0 {
		return make([]combine.Written, len(exits))
	}
	return s.Store.Quit(ctx, exits)
}

type overlapping struct{ room.Store }

func (s overlapping) Pages(ctx context.Context, queries []members.Query) []combine.Result[members.Page] {
	for i := range queries {
		queries[i].Offset = max(0, queries[i].Offset-1)
	}
	return s.Store.Pages(ctx, queries)
}
