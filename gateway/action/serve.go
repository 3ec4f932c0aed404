package action

import (
	"context"
	"net/netip"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/libs/apierr"
)

// Other stands for every Action that is not in the registry.
const Other = "_OTHER"

// Request is an Action that has been read. It is a value: From returns a changed copy. It refers
// to the body it was read from. It is served once, by one goroutine.
type Request struct {
	Action string // a name of the registry, or Other

	actions *Actions
	handle  handler
	fields  *envelope.Fields
	sender  auth.Sender // nil if it is not known
	err     error       // why there is no handle
	vouched bool        // an operator sends it, for whoever it names
}

// Vouched returns a copy that is carried out without proof of who sends it. The caller
// has made sure that an operator does.
func (r Request) Vouched() Request {
	r.vouched = true
	return r
}

// Answer is a finished Action: the envelope to send, and the labels to count it under.
type Answer struct {
	Action string // that of the Request
	Code   envelope.Code
	Fault  apierr.Code // of a failure that is the system's own, else ""
	Body   []byte      // shared with others that asked for the same: not to be changed

	shared *Body // of a success
}

// Packed returns Body as pack makes it. It is made once for all who share the Body.
func (a *Answer) Packed(pack func([]byte) []byte) []byte {
	if a.shared == nil {
		return pack(a.Body)
	}
	return a.shared.Packed(pack)
}

// Serve reads and carries out the Action in body, as from an unknown address and sender.
// Nothing refers to body after the return.
func (a *Actions) Serve(ctx context.Context, body []byte) Answer {
	return a.Read(body).Serve(ctx, netip.Prefix{})
}

// Read finds the Action in body, which is the JSON that a client sent. It never fails:
// what is wrong with body becomes the answer of Serve. The Request refers to body, which
// must not change before it is served.
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

// parse is envelope.Parse, with a panic as an error: whatever a stranger sends gets an
// envelope.
func parse(body []byte) (fields *envelope.Fields, err error) {
	defer apierr.Recover(&err)
	return envelope.Parse(body)
}

// Serve carries out the Action. address is the client's: an IPv4 address or an IPv6 /64,
// or the zero Prefix where it is not known, which limits on addresses do not count. Every
// outcome has an envelope, a panic too.
func (r Request) Serve(ctx context.Context, address netip.Prefix) Answer {
	body, err := r.carryOut(ctx, address)
	if err == nil {
		return Answer{Action: r.Action, Code: envelope.OK, Body: body.Bytes, shared: body}
	}
	code, reply := envelope.Failure(err)
	r.actions.report(ctx, r.Action, code, err)
	answer := Answer{Action: r.Action, Code: code, Body: reply}
	if fault := apierr.CodeOf(err); fault.Ours() && !envelope.IsRefusal(err) {
		answer.Fault = fault
	}
	return answer
}

// carryOut admits the sender, then runs the handler. Its error may be anything;
// envelope.Failure decides what of it leaves the process.
func (r Request) carryOut(ctx context.Context, address netip.Prefix) (body *Body, err error) {
	defer apierr.Recover(&err)
	if r.err != nil {
		return nil, r.err
	}
	caller, err := r.admit(ctx)
	if err != nil {
		return nil, err
	}
	body, err = r.handle(ctx, r.actions, input{r.fields, fairuse.Sender{Address: address, User: caller.User}})
	if err == nil && body == nil {
		body = done
	}
	return body, err
}

// done is the reply without returnData.
var done = success(nil)

// success returns the reply with data.
func success(data envelope.Data) *Body { return &Body{Bytes: envelope.Success(data)} }
