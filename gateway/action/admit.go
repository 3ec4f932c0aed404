package action

import (
	"context"

	"xiaozhibo.dev/gateway/auth"
)

// demands says how much proof of identity each Action needs, where any is asked for. An
// Action that is missing here needs the most, so a new one is closed until somebody opens
// it.
var demands = map[string]auth.Demand{
	"RequestLVBAddr":       auth.Own,
	"ChangeStatus":         auth.Own,
	"EnterGroup":           auth.Own,
	"QuitGroup":            auth.Own,
	"ChangeCount":          auth.Known, // userid is the anchor
	"GetCOSSign":           auth.Known,
	"FetchList":            auth.Read,
	"FetchGroupMemberList": auth.Read,
	"GetUserInfo":          auth.Read,
}

// Ask makes every Action demand proof of its sender, by gate. Without it, or with a nil
// gate, everybody may send everything. It must be called before the first Action: the
// field is not guarded.
func (a *Actions) Ask(gate *auth.Gate) { a.gate = gate }

// Asks reports whether Actions need a sender, so that the edge makes one only if it is
// read.
func (a *Actions) Asks() bool { return a.gate != nil }

// From returns the request with its sender, whom the gate asks for proof.
func (r Request) From(sender auth.Sender) Request {
	r.sender = sender
	return r
}

// admit returns the proven user, or nobody where no user is proven. The error is the
// gate's: Denied, or Unavailable where it has no keys to decide by.
func (r Request) admit(ctx context.Context) (auth.Caller, error) {
	gate := r.actions.gate
	if gate == nil || r.vouched {
		return auth.Caller{}, nil
	}
	return gate.Admit(ctx, r.Action, demands[r.Action], r.sender, r.fields)
}
