package simulation_test

import (
	"context"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/test/simulation"
)

// serviceFaults are made in a service's rules.
var serviceFaults = map[string]simulation.Plant{
	"an interrupt ends whatever push there is": rulePlant(func(s streams.Service) streams.Service { return anySequence{s} }),
	"a push that is over lists again":          rulePlant(func(s streams.Service) streams.Service { return &newSequence{Service: s} }),
	"an event counts when it arrives":          rulePlant(func(s streams.Service) streams.Service { return arrivalTime{s} }),
	"interrupts do nothing":                    rulePlant(func(s streams.Service) streams.Service { return noInterrupts{s} }),
	"pushes list nothing":                      rulePlant(func(s streams.Service) streams.Service { return noPushes{s} }),
	"a repeated request opens another session": rulePlant(func(s streams.Service) streams.Service {
		return &alwaysNew{Service: s}
	}),
	"being online once more moves a room up": rulePlant(func(s streams.Service) streams.Service { return endsFirst{s} }),
	"an anchor's leave is forgotten":         rulePlant(func(s streams.Service) streams.Service { return staysOnline{s} }),
	"every file is a recording":              rulePlant(func(s streams.Service) streams.Service { return ownRecording{s} }),
	"short recordings are listed":            rulePlant(func(s streams.Service) streams.Service { return longRecording{s} }),
	"a repeated file is another recording":   rulePlant(func(s streams.Service) streams.Service { return anotherFile{s, map[streams.File]bool{}} }),
	"two users share a stream id":            {Signing: func(s signatures.Service) signatures.Service { return sharedStream{s} }},
}

func rulePlant(plant func(streams.Service) streams.Service) simulation.Plant {
	return simulation.Plant{StreamService: plant}
}

type anySequence struct{ streams.Service }

func (s anySequence) ApplyPush(ctx context.Context, push streams.Push) (streams.Verdict, error) {
	push.Sequence = ""
	return s.Service.ApplyPush(ctx, push)
}

type newSequence struct {
	streams.Service
	count int
}

func (s *newSequence) ApplyPush(ctx context.Context, push streams.Push) (streams.Verdict, error) {
	if s.count++; push.Began {
		push.Sequence += strings.Repeat("'", s.count)
	}
	return s.Service.ApplyPush(ctx, push)
}

type arrivalTime struct{ streams.Service }

func (s arrivalTime) ApplyPush(ctx context.Context, push streams.Push) (streams.Verdict, error) {
	push.At = 0
	return s.Service.ApplyPush(ctx, push)
}

type noInterrupts struct{ streams.Service }

func (s noInterrupts) ApplyPush(ctx context.Context, push streams.Push) (streams.Verdict, error) {
	if !push.Began {
		push.At = 1
	}
	return s.Service.ApplyPush(ctx, push)
}

type noPushes struct{ streams.Service }

func (s noPushes) ApplyPush(ctx context.Context, push streams.Push) (streams.Verdict, error) {
	if push.Began {
		push.At = 1
	}
	return s.Service.ApplyPush(ctx, push)
}

// alwaysNew makes every group another one, and shows none of that.
type alwaysNew struct {
	streams.Service
	count int
}

func (s *alwaysNew) Open(ctx context.Context, opening streams.Opening) (streams.Opened, error) {
	s.count++
	opening.Group += strings.Repeat("\x00", s.count)
	opened, err := s.Service.Open(ctx, opening)
	opened.Session.Group = strings.TrimRight(opened.Session.Group, "\x00")
	return opened, err
}

func (s *alwaysNew) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	sessions := s.Service.Sessions(ctx, users)
	for i, r := range sessions {
		if r.Value != nil {
			session := *r.Value
			session.Group = strings.TrimRight(session.Group, "\x00")
			sessions[i].Value = &session
		}
	}
	return sessions
}

func (s *alwaysNew) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return streams.FencesOf(s.Sessions(ctx, users))
}

func (s *alwaysNew) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	pages := s.Service.Pages(ctx, queries)
	for _, page := range pages {
		for i := range page.Value.Sessions {
			page.Value.Sessions[i].Group = strings.TrimRight(page.Value.Sessions[i].Group, "\x00")
		}
	}
	return pages
}

type endsFirst struct{ streams.Service }

func (s endsFirst) SetStatus(ctx context.Context, status streams.Status) error {
	if session, err := combine.One(s.Sessions(context.Background(), []string{status.User})); err == nil && session != nil && session.Online && status.Online {
		again := streams.Opening{User: session.User, StreamID: session.StreamID, Group: session.Group + ".", Title: session.Title, Profile: session.Profile}
		if _, err := s.Open(context.Background(), again); err != nil {
			return err
		}
		again.Group = session.Group
		if _, err := s.Open(context.Background(), again); err != nil {
			return err
		}
	}
	return s.Service.SetStatus(ctx, status)
}

type staysOnline struct{ streams.Service }

func (s staysOnline) SetStatus(ctx context.Context, status streams.Status) error {
	status.Online = true
	return s.Service.SetStatus(ctx, status)
}

type ownRecording struct{ streams.Service }

func (s ownRecording) AddFile(ctx context.Context, file streams.File) (streams.Verdict, error) {
	if file.Format == streams.HLS {
		file.Start = max(0, file.Start-5)
	}
	return s.Service.AddFile(ctx, file)
}

type longRecording struct{ streams.Service }

func (s longRecording) AddFile(ctx context.Context, file streams.File) (streams.Verdict, error) {
	file.Duration = int64(time.Hour.Seconds())
	return s.Service.AddFile(ctx, file)
}

// anotherFile takes a file that it was told of before for another one.
type anotherFile struct {
	streams.Service
	seen map[streams.File]bool
}

func (s anotherFile) AddFile(ctx context.Context, file streams.File) (streams.Verdict, error) {
	again := s.seen[file]
	if s.seen[file] = true; again {
		file.FileID += "'"
		file.Start += 5
	}
	return s.Service.AddFile(ctx, file)
}

// sharedStream escapes nothing.
type sharedStream struct{ signatures.Service }

func (s sharedStream) Push(ctx context.Context, user string) (signatures.PushURL, error) {
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
