package action

import (
	"context"
	"net/netip"
)

// Caller is whom an Action is carried out for.
type Caller struct {
	Address netip.Prefix // an IPv4 address or an IPv6 /64; the zero Prefix: not known
}

type callerKey struct{}

func withCaller(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// CallerOf returns the Caller of the Action that runs under ctx.
func CallerOf(ctx context.Context) Caller {
	caller, _ := ctx.Value(callerKey{}).(Caller)
	return caller
}
