package simulation

import (
	"context"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// The seams below stand between a gateway and its clients of the services.

// throughBatch is through for a call of several items.
func throughBatch[R any](ctx context.Context, g *gateway, method string, n int, call func() []combine.Result[R]) []combine.Result[R] {
	results, err := through(ctx, g, method, func() ([]combine.Result[R], error) { return call(), nil })
	if err != nil {
		return combine.Fail[R](n, err)
	}
	return results
}

type streamSeam struct {
	streams.Service
	gateway *gateway
}

func (s *streamSeam) Open(ctx context.Context, o streams.Opening) (streams.Opened, error) {
	return through(ctx, s.gateway, "stream.Open", func() (streams.Opened, error) { return s.Service.Open(ctx, o) })
}

func (s *streamSeam) SetStatus(ctx context.Context, status streams.Status) error {
	_, err := through(ctx, s.gateway, "stream.SetStatus", func() (any, error) { return nil, s.Service.SetStatus(ctx, status) })
	return err
}

func (s *streamSeam) ApplyPush(ctx context.Context, push streams.Push) (streams.Verdict, error) {
	return through(ctx, s.gateway, "stream.ApplyPush", func() (streams.Verdict, error) { return s.Service.ApplyPush(ctx, push) })
}

func (s *streamSeam) AddFile(ctx context.Context, file streams.File) (streams.Verdict, error) {
	return through(ctx, s.gateway, "stream.AddFile", func() (streams.Verdict, error) { return s.Service.AddFile(ctx, file) })
}

func (s *streamSeam) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	return throughBatch(ctx, s.gateway, "stream.Rooms", len(users), func() []combine.Result[*streams.Session] { return s.Service.Sessions(ctx, users) })
}

func (s *streamSeam) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return throughBatch(ctx, s.gateway, "stream.Fences", len(users), func() []combine.Result[streams.Fence] { return s.Service.Fences(ctx, users) })
}

func (s *streamSeam) Recordings(ctx context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording] {
	return throughBatch(ctx, s.gateway, "stream.Recordings", len(keys), func() []combine.Result[*streams.Recording] { return s.Service.Recordings(ctx, keys) })
}

func (s *streamSeam) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	return throughBatch(ctx, s.gateway, "stream.Pages", len(queries), func() []combine.Result[streams.Page] { return s.Service.Pages(ctx, queries) })
}

type counterSeam struct {
	counters.Service
	gateway *gateway
}

func (s *counterSeam) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	return throughBatch(ctx, s.gateway, "counter.Add", len(additions), func() []combine.Result[int64] { return s.Service.Add(ctx, additions) })
}

func (s *counterSeam) Get(ctx context.Context, keys []counters.Key) []combine.Result[int64] {
	counts := throughBatch(ctx, s.gateway, "counter.Get", len(keys), func() []combine.Result[int64] { return s.Service.Get(ctx, keys) })
	for i, result := range counts {
		if result.Err != nil {
			s.gateway.world.model.Degraded("counter", keys[i].Name)
		}
	}
	return counts
}

type roomSeam struct {
	members.Service
	gateway *gateway
}

func (s *roomSeam) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	return throughBatch(ctx, s.gateway, "room.Enter", len(entries), func() []combine.Written { return s.Service.Enter(ctx, entries) })
}

func (s *roomSeam) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	return throughBatch(ctx, s.gateway, "room.Quit", len(exits), func() []combine.Written { return s.Service.Quit(ctx, exits) })
}

func (s *roomSeam) Pages(ctx context.Context, queries []members.Query) []combine.Result[members.Page] {
	return throughBatch(ctx, s.gateway, "room.Pages", len(queries), func() []combine.Result[members.Page] { return s.Service.Pages(ctx, queries) })
}

func (s *roomSeam) Sizes(ctx context.Context, rooms []members.Key) []combine.Result[int] {
	sizes := throughBatch(ctx, s.gateway, "room.Sizes", len(rooms), func() []combine.Result[int] { return s.Service.Sizes(ctx, rooms) })
	for i, result := range sizes {
		if result.Err != nil {
			s.gateway.world.model.Degraded("room", rooms[i].Name)
		}
	}
	return sizes
}

type signingSeam struct {
	signatures.Service
	gateway *gateway
}

func (s *signingSeam) Push(ctx context.Context, user string) (signatures.PushURL, error) {
	return through(ctx, s.gateway, "signing.Push", func() (signatures.PushURL, error) { return s.Service.Push(ctx, user) })
}

func (s *signingSeam) Play(ctx context.Context, ids []string) []combine.Result[signatures.PlayURLs] {
	return throughBatch(ctx, s.gateway, "signing.Play", len(ids), func() []combine.Result[signatures.PlayURLs] { return s.Service.Play(ctx, ids) })
}

func (s *signingSeam) Upload(ctx context.Context) (signatures.UploadSign, error) {
	return through(ctx, s.gateway, "signing.Upload", func() (signatures.UploadSign, error) { return s.Service.Upload(ctx) })
}

func (s *signingSeam) VerifyEvent(ctx context.Context, sign signatures.EventSign) error {
	_, err := through(ctx, s.gateway, "signing.VerifyEvent", func() (any, error) { return nil, s.Service.VerifyEvent(ctx, sign) })
	return err
}
