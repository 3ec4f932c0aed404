// Package gatewaytest has fakes of the contracts behind the gateway: a field for
// each method, which panics if it is called unset.
package gatewaytest

import (
	"context"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// Stream is a streams.Service.
type Stream struct {
	OpenFunc       func(streams.Opening) (streams.Opened, error)
	SetStatusFunc  func(streams.Status) error
	ApplyPushFunc  func(streams.Push) (streams.Verdict, error)
	AddFileFunc    func(streams.File) (streams.Verdict, error)
	SessionsFunc   func([]string) ([]*streams.Session, error)
	RecordingsFunc func([]streams.FileKey) ([]*streams.Recording, error)
	PagesFunc      func(context.Context, []streams.Query) ([]streams.Page, error)

	StoriesFunc     func([]streams.StoryKey) ([]*streams.Story, error)
	SummariesFunc   func(streams.SummaryQuery) (streams.SummaryPage, error)
	ChangesFunc     func(streams.ChangeQuery) (streams.ChangePage, error)
	LeaseFunc       func(streams.LeaseRequest) (streams.LeaseState, error)
	BookmarkFunc    func(string) (streams.Bookmark, error)
	PutBookmarkFunc func(streams.Bookmark) (streams.BookmarkPut, error)
	ConfirmFunc     func(streams.Sighting) (streams.Verdict, error)
	DenyFunc        func(streams.Sighting) (streams.Verdict, error)
	EndFunc         func(streams.Ending) (streams.Verdict, error)
	RemoveFilesFunc func([]string) (streams.Verdict, error)
	SetBanFunc      func(streams.Ban) error
	BansFunc        func([]string) ([]*streams.Ban, error)
	ListBansFunc    func(streams.BanQuery) ([]streams.Ban, error)
}

// Counter is a counters.Service.
type Counter struct {
	AddFunc func([]counters.Addition) ([]int64, error)
	GetFunc func(context.Context, []counters.Key) ([]int64, error)
}

// Signing is a signatures.Service.
type Signing struct {
	PushFunc        func(string) (signatures.PushURL, error)
	PlayFunc        func([]string) ([]signatures.PlayURLs, error)
	UploadFunc      func() (signatures.UploadSign, error)
	VerifyEventFunc func(signatures.EventSign) error
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
	_ streams.Service    = (*Stream)(nil)
	_ counters.Service   = (*Counter)(nil)
	_ members.Service    = (*Room)(nil)
	_ signatures.Service = (*Signing)(nil)
)

// results makes what a field returned the answer to n items.
func results[R any](n int, values []R, err error) []combine.Result[R] {
	if err != nil {
		return combine.Fail[R](n, err)
	}
	return combine.OK(values)
}

// Open implements streams.Service.
func (f *Stream) Open(_ context.Context, opening streams.Opening) (streams.Opened, error) {
	return f.OpenFunc(opening)
}

// SetStatus implements streams.Service.
func (f *Stream) SetStatus(_ context.Context, status streams.Status) error {
	return f.SetStatusFunc(status)
}

// ApplyPush implements streams.Service.
func (f *Stream) ApplyPush(_ context.Context, push streams.Push) (streams.Verdict, error) {
	return f.ApplyPushFunc(push)
}

// AddFile implements streams.Service.
func (f *Stream) AddFile(_ context.Context, file streams.File) (streams.Verdict, error) {
	return f.AddFileFunc(file)
}

// Sessions implements streams.Service.
func (f *Stream) Sessions(_ context.Context, users []string) []combine.Result[*streams.Session] {
	values, err := f.SessionsFunc(users)
	return results(len(users), values, err)
}

// Fences implements streams.Service, by SessionsFunc.
func (f *Stream) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return streams.FencesOf(f.Sessions(ctx, users))
}

// Recordings implements streams.Service.
func (f *Stream) Recordings(_ context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording] {
	values, err := f.RecordingsFunc(keys)
	return results(len(keys), values, err)
}

// Pages implements streams.Service.
func (f *Stream) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	values, err := f.PagesFunc(ctx, queries)
	return results(len(queries), values, err)
}

// Add implements counters.Service.
func (f *Counter) Add(_ context.Context, additions []counters.Addition) []combine.Result[int64] {
	values, err := f.AddFunc(additions)
	return results(len(additions), values, err)
}

// Get implements counters.Service.
func (f *Counter) Get(ctx context.Context, keys []counters.Key) []combine.Result[int64] {
	values, err := f.GetFunc(ctx, keys)
	return results(len(keys), values, err)
}

// Push implements signatures.Service.
func (f *Signing) Push(_ context.Context, user string) (signatures.PushURL, error) {
	return f.PushFunc(user)
}

// Play implements signatures.Service.
func (f *Signing) Play(_ context.Context, streamIDs []string) []combine.Result[signatures.PlayURLs] {
	values, err := f.PlayFunc(streamIDs)
	return results(len(streamIDs), values, err)
}

// Upload implements signatures.Service.
func (f *Signing) Upload(context.Context) (signatures.UploadSign, error) { return f.UploadFunc() }

// VerifyEvent implements signatures.Service.
func (f *Signing) VerifyEvent(_ context.Context, sign signatures.EventSign) error {
	return f.VerifyEventFunc(sign)
}
