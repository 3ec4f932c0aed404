package action

import (
	"context"
	"net/netip"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/apierr"
)

// Other stands for every Action that is not in the registry.
const Other = "_OTHER"

// Request is an Action that has been read.
type Request struct {
	Action string // a name of the registry, or Other

	actions *Actions
	handle  handler
	fields  *envelope.Fields
	sender  auth.Sender // nil if it is not known
	err     error       // why there is no handle
}

// Answer is a finished Action: the envelope to send, and what to count it as.
type Answer struct {
	Action string // that of the Request
	Code   envelope.Code
	Fault  apierr.Code // of a failure that is the system's own, else ""
	Body   []byte      // shared with others that asked for the same: not to be changed
}

// Serve reads and carries out the Action in body, from an address that is not known.
// Nothing refers to body after the return.
func (a *Actions) Serve(ctx context.Context, body []byte) Answer {
	return a.Read(body).Serve(ctx, netip.Prefix{})
}

// Read finds out which Action is in body. The Request refers to body.
func (a *Actions) Read(body []byte) Request {
	r := Request{Action: Other, actions: a}
	r.fields, r.err = parse(body)
	if r.err != nil {
		return r
	}
	name := r.fields.Action()
	handle, known := registry[name]
	if !known {
		r.err = r.fields.Unknown()
		return r
	}
	r.Action, r.handle = name, handle
	return r
}

func parse(body []byte) (fields *envelope.Fields, err error) {
	defer apierr.Recover(&err)
	return envelope.Parse(body)
}

// Serve carries out the Action, which comes from an address: an IPv4 address or an
// IPv6 /64, or the zero Prefix where it is not known. There is an envelope for
// everything, a panic included.
func (r Request) Serve(ctx context.Context, address netip.Prefix) Answer {
	reply, err := r.carryOut(withAddress(ctx, address))
	if err == nil {
		return Answer{Action: r.Action, Code: envelope.OK, Body: reply}
	}
	code, reply := envelope.Failure(err)
	r.actions.report(ctx, r.Action, code, err)
	answer := Answer{Action: r.Action, Code: code, Body: reply}
	if fault := apierr.CodeOf(err); fault.Ours() && !envelope.IsRefusal(err) {
		answer.Fault = fault
	}
	return answer
}

func (r Request) carryOut(ctx context.Context) (reply []byte, err error) {
	defer apierr.Recover(&err)
	if r.err != nil {
		return nil, r.err
	}
	if ctx, err = r.admit(ctx); err != nil {
		return nil, err
	}
	reply, err = r.handle(ctx, r.actions, r.fields)
	if err == nil && reply == nil {
		reply = envelope.Success(nil)
	}
	return reply, err
}
