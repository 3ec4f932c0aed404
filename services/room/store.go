package room

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/combine"
)

// Store keeps the members of rooms, by its own clock and with the configuration it was
// opened with. Its methods are those of members.Service, with the same fences. Their items
// have been checked, and there is one result, or one error or nil, for each, in order. A write is durable when
// it returns. Errors are Storage and Unavailable, after which a write may have been made,
// and TooMany from Enter and Hear.
type Store interface {
	// Enter applies the entries in order. TooMany for a new member of a full room.
	Enter(ctx context.Context, entries []members.Entry) []error

	// Quit applies the exits in order. An exit that finds nobody is no error.
	Quit(ctx context.Context, exits []members.Exit) []error

	// Hear applies the presences in order. TooMany as in Enter.
	Hear(ctx context.Context, presences []members.Presence) []combine.Result[members.Verdict]

	// Pages returns one page for each query. Nothing in it shows an expired member, even
	// where the sweep is late or no write succeeds.
	Pages(ctx context.Context, queries []members.Query) []combine.Result[members.Page]

	// Sizes returns the number of members of each room who have not expired.
	Sizes(ctx context.Context, rooms []members.Key) []combine.Result[int]

	// Audiences returns the numbers of each session, as long as they are kept.
	Audiences(ctx context.Context, keys []members.Key) []combine.Result[members.Audience]

	// Sweep frees what no answer shows any more: expired members and those of
	// sessions that were replaced. No answer depends on it. Each of its writes is bounded, so
	// that a room of a million holds nobody up.
	Sweep(ctx context.Context) error
}

// Outlived reports whether an audience is not kept any more. at is when anybody last came
// in, Unix milliseconds.
func Outlived(at int64, now time.Time) bool {
	return now.UnixMilli()-at >= session.KeptFor.Milliseconds()
}
