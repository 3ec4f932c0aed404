package simulation

import (
	"context"

	"xiaozhibo.dev/libs/api/counter"
	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/api/signing"
	"xiaozhibo.dev/libs/api/stream"
)

// The seams below stand between a gateway and its clients of the services.

type streamSeam struct {
	stream.Service
	gateway *gateway
}

func (s *streamSeam) Open(ctx context.Context, o stream.Opening) (stream.Room, error) {
	return through(ctx, s.gateway, "stream.Open", func() (stream.Room, error) { return s.Service.Open(ctx, o) })
}

func (s *streamSeam) SetStatus(ctx context.Context, status stream.Status) error {
	_, err := through(ctx, s.gateway, "stream.SetStatus", func() (any, error) { return nil, s.Service.SetStatus(ctx, status) })
	return err
}

func (s *streamSeam) ApplyPush(ctx context.Context, push stream.Push) (stream.Verdict, error) {
	return through(ctx, s.gateway, "stream.ApplyPush", func() (stream.Verdict, error) { return s.Service.ApplyPush(ctx, push) })
}

func (s *streamSeam) AddFile(ctx context.Context, file stream.File) (stream.Verdict, error) {
	return through(ctx, s.gateway, "stream.AddFile", func() (stream.Verdict, error) { return s.Service.AddFile(ctx, file) })
}

func (s *streamSeam) Rooms(ctx context.Context, users []string) ([]*stream.Room, error) {
	return through(ctx, s.gateway, "stream.Rooms", func() ([]*stream.Room, error) { return s.Service.Rooms(ctx, users) })
}

func (s *streamSeam) Recordings(ctx context.Context, keys []stream.FileKey) ([]*stream.Recording, error) {
	return through(ctx, s.gateway, "stream.Recordings", func() ([]*stream.Recording, error) { return s.Service.Recordings(ctx, keys) })
}

func (s *streamSeam) Pages(ctx context.Context, queries []stream.Query) ([]stream.Page, error) {
	return through(ctx, s.gateway, "stream.Pages", func() ([]stream.Page, error) { return s.Service.Pages(ctx, queries) })
}

type counterSeam struct {
	counter.Service
	gateway *gateway
}

func (s *counterSeam) Add(ctx context.Context, additions []counter.Addition) ([]int64, error) {
	return through(ctx, s.gateway, "counter.Add", func() ([]int64, error) { return s.Service.Add(ctx, additions) })
}

func (s *counterSeam) Get(ctx context.Context, keys []counter.Key) ([]int64, error) {
	counts, err := through(ctx, s.gateway, "counter.Get", func() ([]int64, error) { return s.Service.Get(ctx, keys) })
	if err != nil {
		s.gateway.world.model.Degraded("counter")
	}
	return counts, err
}

type roomSeam struct {
	room.Service
	gateway *gateway
}

func (s *roomSeam) Enter(ctx context.Context, entries []room.Entry) ([]struct{}, error) {
	return through(ctx, s.gateway, "room.Enter", func() ([]struct{}, error) { return s.Service.Enter(ctx, entries) })
}

func (s *roomSeam) Quit(ctx context.Context, exits []room.Exit) ([]struct{}, error) {
	return through(ctx, s.gateway, "room.Quit", func() ([]struct{}, error) { return s.Service.Quit(ctx, exits) })
}

func (s *roomSeam) Pages(ctx context.Context, queries []room.Query) ([]room.Page, error) {
	return through(ctx, s.gateway, "room.Pages", func() ([]room.Page, error) { return s.Service.Pages(ctx, queries) })
}

func (s *roomSeam) Sizes(ctx context.Context, rooms []room.Key) ([]int, error) {
	sizes, err := through(ctx, s.gateway, "room.Sizes", func() ([]int, error) { return s.Service.Sizes(ctx, rooms) })
	if err != nil {
		s.gateway.world.model.Degraded("room")
	}
	return sizes, err
}

type signingSeam struct {
	signing.Service
	gateway *gateway
}

func (s *signingSeam) Push(ctx context.Context, user string) (signing.PushURL, error) {
	return through(ctx, s.gateway, "signing.Push", func() (signing.PushURL, error) { return s.Service.Push(ctx, user) })
}

func (s *signingSeam) Play(ctx context.Context, ids []string) ([]signing.PlayURLs, error) {
	return through(ctx, s.gateway, "signing.Play", func() ([]signing.PlayURLs, error) { return s.Service.Play(ctx, ids) })
}

func (s *signingSeam) Upload(ctx context.Context) (signing.UploadSign, error) {
	return through(ctx, s.gateway, "signing.Upload", func() (signing.UploadSign, error) { return s.Service.Upload(ctx) })
}

func (s *signingSeam) VerifyEvent(ctx context.Context, sign signing.EventSign) error {
	_, err := through(ctx, s.gateway, "signing.VerifyEvent", func() (any, error) { return nil, s.Service.VerifyEvent(ctx, sign) })
	return err
}
