package room

import (
	"context"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
)

// Store keeps member sets, with the time to live and the order it was opened
// with, by its own clock. Its methods are those of the contract, on items that
// have been checked, with one result for each; a write is durable when it
// returns. Errors are Storage and Unavailable.
type Store interface {
	// Enter applies the entries in order.
	Enter(ctx context.Context, entries []members.Entry) []combine.Result[struct{}]

	// Quit applies the exits in order.
	Quit(ctx context.Context, exits []members.Exit) []combine.Result[struct{}]

	// Pages returns one page for each query.
	Pages(ctx context.Context, queries []members.Query) []combine.Result[members.Page]

	// Sizes returns the number of members of each room.
	Sizes(ctx context.Context, rooms []members.Key) []combine.Result[int]

	// Sweep frees what no answer shows any more: expired members and those of
	// sessions that were replaced.
	Sweep(ctx context.Context) error
}
