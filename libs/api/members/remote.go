package members

import (
	"context"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
)

const (
	methodEnter = "room.Enter"
	methodQuit  = "room.Quit"
	methodPages = "room.Pages"
	methodSizes = "room.Sizes"
)

// Methods serves s to other processes.
func Methods(s Service) []rpc.Method {
	return []rpc.Method{
		rpc.HandleBatch(methodEnter, s.Enter),
		rpc.HandleBatch(methodQuit, s.Quit),
		rpc.HandleBatch(methodPages, s.Pages),
		rpc.HandleBatch(methodSizes, s.Sizes),
	}
}

// Remote is a Service in another process. Concurrent calls travel together.
type Remote struct {
	enter rpc.Batch[Entry, struct{}]
	quit  rpc.Batch[Exit, struct{}]
	pages rpc.Batch[Query, Page]
	sizes rpc.Batch[Key, int]
}

var _ Service = (*Remote)(nil)

// Dial returns the service behind client. Close it when done.
func Dial(client *rpc.Client) *Remote {
	return &Remote{
		enter: rpc.NewBatch[Entry, struct{}](client, methodEnter),
		quit:  rpc.NewBatch[Exit, struct{}](client, methodQuit),
		pages: rpc.NewReads[Query, Page](client, methodPages),
		sizes: rpc.NewReads[Key, int](client, methodSizes),
	}
}

// Enter implements Service.
func (r *Remote) Enter(ctx context.Context, entries []Entry) []combine.Result[struct{}] {
	return r.enter.Do(ctx, entries)
}

// Quit implements Service.
func (r *Remote) Quit(ctx context.Context, exits []Exit) []combine.Result[struct{}] {
	return r.quit.Do(ctx, exits)
}

// Pages implements Service.
func (r *Remote) Pages(ctx context.Context, queries []Query) []combine.Result[Page] {
	return r.pages.Do(ctx, queries)
}

// Sizes implements Service.
func (r *Remote) Sizes(ctx context.Context, rooms []Key) []combine.Result[int] {
	return r.sizes.Do(ctx, rooms)
}

// Close ends the batching after the calls it has accepted.
func (r *Remote) Close() {
	r.enter.Close()
	r.quit.Close()
	r.pages.Close()
	r.sizes.Close()
}
