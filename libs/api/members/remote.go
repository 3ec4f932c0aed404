package members

import (
	"context"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
)

// The names that callers and the service meet under. A change of one breaks a gateway of the
// version before.
const (
	methodEnter = "room.Enter"
	methodQuit  = "room.Quit"
	methodHear  = "room.Hear"
	methodPages = "room.Pages"
	methodSizes = "room.Sizes"

	methodAudiences = "room.Audiences"
)

// Methods serves s to other processes.
func Methods(s Service) []rpc.Method {
	return []rpc.Method{
		rpc.HandleBatch(methodEnter, s.Enter),
		rpc.HandleBatch(methodQuit, s.Quit),
		rpc.HandleBatch(methodHear, s.Hear),
		rpc.HandleBatch(methodPages, s.Pages),
		rpc.HandleBatch(methodSizes, s.Sizes),
		rpc.HandleBatch(methodAudiences, s.Audiences),
	}
}

// Remote is a Service in another process. Concurrent calls travel together. It is safe for
// concurrent use.
type Remote struct {
	enter rpc.Batch[Entry, struct{}]
	quit  rpc.Batch[Exit, struct{}]
	hear  rpc.Batch[Presence, Verdict]
	pages rpc.Batch[Query, Page]
	sizes rpc.Batch[Key, int]

	audiences rpc.Batch[Key, Audience]
}

var _ Service = (*Remote)(nil)

// Dial returns the service behind client. Close it when done.
func Dial(client *rpc.Client) *Remote {
	return &Remote{
		enter: rpc.NewBatch[Entry, struct{}](client, methodEnter),
		quit:  rpc.NewBatch[Exit, struct{}](client, methodQuit),
		hear:  rpc.NewBatch[Presence, Verdict](client, methodHear),
		pages: rpc.NewReads[Query, Page](client, methodPages),
		sizes: rpc.NewReads[Key, int](client, methodSizes),

		audiences: rpc.NewReads[Key, Audience](client, methodAudiences),
	}
}

// Enter implements Service.
func (r *Remote) Enter(ctx context.Context, entries []Entry) []combine.Written {
	return r.enter.Do(ctx, entries)
}

// Quit implements Service.
func (r *Remote) Quit(ctx context.Context, exits []Exit) []combine.Written {
	return r.quit.Do(ctx, exits)
}

// Hear implements Service.
func (r *Remote) Hear(ctx context.Context, presences []Presence) []combine.Result[Verdict] {
	return r.hear.Do(ctx, presences)
}

// Pages implements Service.
func (r *Remote) Pages(ctx context.Context, queries []Query) []combine.Result[Page] {
	return r.pages.Do(ctx, queries)
}

// Sizes implements Service.
func (r *Remote) Sizes(ctx context.Context, rooms []Key) []combine.Result[int] {
	return r.sizes.Do(ctx, rooms)
}

// Audiences implements Service.
func (r *Remote) Audiences(ctx context.Context, keys []Key) []combine.Result[Audience] {
	return r.audiences.Do(ctx, keys)
}

// Close ends the batching after the calls it has accepted.
func (r *Remote) Close() {
	r.enter.Close()
	r.quit.Close()
	r.hear.Close()
	r.pages.Close()
	r.sizes.Close()
	r.audiences.Close()
}
