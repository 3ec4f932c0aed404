package simulation_test

import (
	"context"
	"strings"
	"time"

	"xiaozhibo.dev/deploy/simulation"
	"xiaozhibo.dev/libs/api/signing"
	"xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/combine"
)

// serviceFaults are made in a service's rules.
var serviceFaults = map[string]simulation.Plant{
	"an interrupt ends whatever push there is": rulePlant(func(s stream.Service) stream.Service { return anySequence{s} }),
	"a push that is over lists again":          rulePlant(func(s stream.Service) stream.Service { return &newSequence{Service: s} }),
	"an event counts when it arrives":          rulePlant(func(s stream.Service) stream.Service { return arrivalTime{s} }),
	"interrupts do nothing":                    rulePlant(func(s stream.Service) stream.Service { return noInterrupts{s} }),
	"pushes list nothing":                      rulePlant(func(s stream.Service) stream.Service { return noPushes{s} }),
	"a repeated request opens another session": rulePlant(func(s stream.Service) stream.Service {
		return &alwaysNew{Service: s}
	}),
	"being online once more moves a room up": rulePlant(func(s stream.Service) stream.Service { return endsFirst{s} }),
	"an anchor's leave is forgotten":         rulePlant(func(s stream.Service) stream.Service { return staysOnline{s} }),
	"every file is a recording":              rulePlant(func(s stream.Service) stream.Service { return ownRecording{s} }),
	"short recordings are listed":            rulePlant(func(s stream.Service) stream.Service { return longRecording{s} }),
	"a repeated file is another recording":   rulePlant(func(s stream.Service) stream.Service { return anotherFile{s, map[stream.File]bool{}} }),
	"two users share a stream id":            {Signing: func(s signing.Service) signing.Service { return sharedStream{s} }},
}

func rulePlant(plant func(stream.Service) stream.Service) simulation.Plant {
	return simulation.Plant{StreamService: plant}
}

type anySequence struct{ stream.Service }

func (s anySequence) ApplyPush(ctx context.Context, push stream.Push) (stream.Verdict, error) {
	push.Sequence = ""
	return s.Service.ApplyPush(ctx, push)
}

type newSequence struct {
	stream.Service
	count int
}

func (s *newSequence) ApplyPush(ctx context.Context, push stream.Push) (stream.Verdict, error) {
	if s.count++; push.Began {
		push.Sequence += strings.Repeat("'", s.count)
	}
	return s.Service.ApplyPush(ctx, push)
}

type arrivalTime struct{ stream.Service }

func (s arrivalTime) ApplyPush(ctx context.Context, push stream.Push) (stream.Verdict, error) {
	push.At = 0
	return s.Service.ApplyPush(ctx, push)
}

type noInterrupts struct{ stream.Service }

func (s noInterrupts) ApplyPush(ctx context.Context, push stream.Push) (stream.Verdict, error) {
	if !push.Began {
		push.At = 1
	}
	return s.Service.ApplyPush(ctx, push)
}

type noPushes struct{ stream.Service }

func (s noPushes) ApplyPush(ctx context.Context, push stream.Push) (stream.Verdict, error) {
	if push.Began {
		push.At = 1
	}
	return s.Service.ApplyPush(ctx, push)
}

// alwaysNew makes every group another one, and shows none of that.
type alwaysNew struct {
	stream.Service
	count int
}

func (s *alwaysNew) Open(ctx context.Context, opening stream.Opening) (stream.Opened, error) {
	s.count++
	opening.Group += strings.Repeat("\x00", s.count)
	opened, err := s.Service.Open(ctx, opening)
	opened.Room.Group = strings.TrimRight(opened.Room.Group, "\x00")
	return opened, err
}

func (s *alwaysNew) Rooms(ctx context.Context, users []string) []combine.Result[*stream.Room] {
	rooms := s.Service.Rooms(ctx, users)
	for i, r := range rooms {
		if r.Value != nil {
			room := *r.Value
			room.Group = strings.TrimRight(room.Group, "\x00")
			rooms[i].Value = &room
		}
	}
	return rooms
}

func (s *alwaysNew) Pages(ctx context.Context, queries []stream.Query) []combine.Result[stream.Page] {
	pages := s.Service.Pages(ctx, queries)
	for _, page := range pages {
		for i := range page.Value.Rooms {
			page.Value.Rooms[i].Group = strings.TrimRight(page.Value.Rooms[i].Group, "\x00")
		}
	}
	return pages
}

type endsFirst struct{ stream.Service }

func (s endsFirst) SetStatus(ctx context.Context, status stream.Status) error {
	if room, err := combine.One(s.Rooms(context.Background(), []string{status.User})); err == nil && room != nil && room.Online && status.Online {
		again := stream.Opening{User: room.User, StreamID: room.StreamID, Group: room.Group + ".", Title: room.Title, Profile: room.Profile}
		if _, err := s.Open(context.Background(), again); err != nil {
			return err
		}
		again.Group = room.Group
		if _, err := s.Open(context.Background(), again); err != nil {
			return err
		}
	}
	return s.Service.SetStatus(ctx, status)
}

type staysOnline struct{ stream.Service }

func (s staysOnline) SetStatus(ctx context.Context, status stream.Status) error {
	status.Online = true
	return s.Service.SetStatus(ctx, status)
}

type ownRecording struct{ stream.Service }

func (s ownRecording) AddFile(ctx context.Context, file stream.File) (stream.Verdict, error) {
	if file.Format == stream.HLS {
		file.Start = max(0, file.Start-5)
	}
	return s.Service.AddFile(ctx, file)
}

type longRecording struct{ stream.Service }

func (s longRecording) AddFile(ctx context.Context, file stream.File) (stream.Verdict, error) {
	file.Duration = int64(time.Hour.Seconds())
	return s.Service.AddFile(ctx, file)
}

// anotherFile takes a file that it was told of before for another one.
type anotherFile struct {
	stream.Service
	seen map[stream.File]bool
}

func (s anotherFile) AddFile(ctx context.Context, file stream.File) (stream.Verdict, error) {
	again := s.seen[file]
	if s.seen[file] = true; again {
		file.FileID += "'"
		file.Start += 5
	}
	return s.Service.AddFile(ctx, file)
}

// sharedStream escapes nothing.
type sharedStream struct{ signing.Service }

func (s sharedStream) Push(ctx context.Context, user string) (signing.PushURL, error) {
	push, err := s.Service.Push(ctx, user)
	plain := "8888_" + strings.Map(func(r rune) rune {
		if r == '-' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, strings.ToLower(user))
	push.URL = strings.Replace(push.URL, push.StreamID, plain, 1)
	push.StreamID = plain
	return push, err
}
