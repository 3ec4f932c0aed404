package room

import (
	"context"

	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/combine"
)

// Store keeps member sets, with the time to live and the order it was opened
// with, by its own clock. Its methods are those of the contract, on items that
// have been checked, with one result for each; a write is durable when it
// returns. Errors are Storage and Unavailable.
type Store interface {
	// Enter applies the entries in order.
	Enter(ctx context.Context, entries []room.Entry) []combine.Result[struct{}]

	// Quit applies the exits in order.
	Quit(ctx context.Context, exits []room.Exit) []combine.Result[struct{}]

	// Pages returns one page for each query.
	Pages(ctx context.Context, queries []room.Query) []combine.Result[room.Page]

	// Sizes returns the number of members of each room.
	Sizes(ctx context.Context, rooms []room.Key) []combine.Result[int]

	// Sweep frees what no answer shows any more: expired members and those of
	// sessions that were replaced.
	Sweep(ctx context.Context) error
}
