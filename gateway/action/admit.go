package action

import (
	"context"

	"xiaozhibo.dev/gateway/auth"
)

// demands says what each Action asks of its sender. One that is not listed asks
// for the most.
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

// Ask makes every Action ask for proof of who sends it; a nil gate does not. It
// must be called before the first Action.
func (a *Actions) Ask(gate *auth.Gate) { a.gate = gate }

// Asks reports whether Actions need to know their sender.
func (a *Actions) Asks() bool { return a.gate != nil }

// From returns the request as one that sender sent.
func (r Request) From(sender auth.Sender) Request {
	r.sender = sender
	return r
}

// admit returns a context that knows the sender.
func (r Request) admit(ctx context.Context) (context.Context, error) {
	gate := r.actions.gate
	if gate == nil {
		return ctx, nil
	}
	caller, err := gate.Admit(ctx, r.Action, demands[r.Action], r.sender, r.fields)
	if err != nil || caller.User == "" {
		return ctx, err
	}
	return auth.WithCaller(ctx, caller), nil
}
