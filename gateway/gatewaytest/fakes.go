// Package gatewaytest has fakes of the contracts behind the gateway: a field for
// each method, which panics if it is called unset.
package gatewaytest

import (
	"context"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/counter"
	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/api/signing"
	"xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/combine"
)

// Stream is a stream.Service.
type Stream struct {
	OpenFunc       func(stream.Opening) (stream.Opened, error)
	SetStatusFunc  func(stream.Status) error
	ApplyPushFunc  func(stream.Push) (stream.Verdict, error)
	AddFileFunc    func(stream.File) (stream.Verdict, error)
	RoomsFunc      func([]string) ([]*stream.Room, error)
	RecordingsFunc func([]stream.FileKey) ([]*stream.Recording, error)
	PagesFunc      func(context.Context, []stream.Query) ([]stream.Page, error)
}

// Counter is a counter.Service.
type Counter struct {
	AddFunc func([]counter.Addition) ([]int64, error)
	GetFunc func(context.Context, []counter.Key) ([]int64, error)
}

// Room is a room.Service.
type Room struct {
	EnterFunc func([]room.Entry) ([]struct{}, error)
	QuitFunc  func([]room.Exit) ([]struct{}, error)
	PagesFunc func([]room.Query) ([]room.Page, error)
	SizesFunc func(context.Context, []room.Key) ([]int, error)
}

// Signing is a signing.Service.
type Signing struct {
	PushFunc        func(string) (signing.PushURL, error)
	PlayFunc        func([]string) ([]signing.PlayURLs, error)
	UploadFunc      func() (signing.UploadSign, error)
	VerifyEventFunc func(signing.EventSign) error
}

// Fakes are the four of them.
type Fakes struct {
	Stream  *Stream
	Counter *Counter
	Room    *Room
	Signing *Signing
}

// Services returns the fakes as what the gateway is handed.
func (f Fakes) Services() action.Services {
	return action.Services{Stream: f.Stream, Counter: f.Counter, Room: f.Room, Signing: f.Signing}
}

var (
	_ stream.Service  = (*Stream)(nil)
	_ counter.Service = (*Counter)(nil)
	_ room.Service    = (*Room)(nil)
	_ signing.Service = (*Signing)(nil)
)

// results makes what a field returned the answer to n items.
func results[R any](n int, values []R, err error) []combine.Result[R] {
	if err != nil {
		return combine.Fail[R](n, err)
	}
	return combine.OK(values)
}

// Open implements stream.Service.
func (f *Stream) Open(_ context.Context, opening stream.Opening) (stream.Opened, error) {
	return f.OpenFunc(opening)
}

// SetStatus implements stream.Service.
func (f *Stream) SetStatus(_ context.Context, status stream.Status) error {
	return f.SetStatusFunc(status)
}

// ApplyPush implements stream.Service.
func (f *Stream) ApplyPush(_ context.Context, push stream.Push) (stream.Verdict, error) {
	return f.ApplyPushFunc(push)
}

// AddFile implements stream.Service.
func (f *Stream) AddFile(_ context.Context, file stream.File) (stream.Verdict, error) {
	return f.AddFileFunc(file)
}

// Rooms implements stream.Service.
func (f *Stream) Rooms(_ context.Context, users []string) []combine.Result[*stream.Room] {
	values, err := f.RoomsFunc(users)
	return results(len(users), values, err)
}

// Recordings implements stream.Service.
func (f *Stream) Recordings(_ context.Context, keys []stream.FileKey) []combine.Result[*stream.Recording] {
	values, err := f.RecordingsFunc(keys)
	return results(len(keys), values, err)
}

// Pages implements stream.Service.
func (f *Stream) Pages(ctx context.Context, queries []stream.Query) []combine.Result[stream.Page] {
	values, err := f.PagesFunc(ctx, queries)
	return results(len(queries), values, err)
}

// Add implements counter.Service.
func (f *Counter) Add(_ context.Context, additions []counter.Addition) []combine.Result[int64] {
	values, err := f.AddFunc(additions)
	return results(len(additions), values, err)
}

// Get implements counter.Service.
func (f *Counter) Get(ctx context.Context, keys []counter.Key) []combine.Result[int64] {
	values, err := f.GetFunc(ctx, keys)
	return results(len(keys), values, err)
}

// Enter implements room.Service.
func (f *Room) Enter(_ context.Context, entries []room.Entry) []combine.Result[struct{}] {
	values, err := f.EnterFunc(entries)
	return results(len(entries), values, err)
}

// Quit implements room.Service.
func (f *Room) Quit(_ context.Context, exits []room.Exit) []combine.Result[struct{}] {
	values, err := f.QuitFunc(exits)
	return results(len(exits), values, err)
}

// Pages implements room.Service.
func (f *Room) Pages(_ context.Context, queries []room.Query) []combine.Result[room.Page] {
	values, err := f.PagesFunc(queries)
	return results(len(queries), values, err)
}

// Sizes implements room.Service.
func (f *Room) Sizes(ctx context.Context, rooms []room.Key) []combine.Result[int] {
	values, err := f.SizesFunc(ctx, rooms)
	return results(len(rooms), values, err)
}

// Push implements signing.Service.
func (f *Signing) Push(_ context.Context, user string) (signing.PushURL, error) {
	return f.PushFunc(user)
}

// Play implements signing.Service.
func (f *Signing) Play(_ context.Context, streamIDs []string) []combine.Result[signing.PlayURLs] {
	values, err := f.PlayFunc(streamIDs)
	return results(len(streamIDs), values, err)
}

// Upload implements signing.Service.
func (f *Signing) Upload(context.Context) (signing.UploadSign, error) { return f.UploadFunc() }

// VerifyEvent implements signing.Service.
func (f *Signing) VerifyEvent(_ context.Context, sign signing.EventSign) error {
	return f.VerifyEventFunc(sign)
}
