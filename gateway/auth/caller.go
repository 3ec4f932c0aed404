package auth

import "context"

// Caller is who sends a request, as far as that is proven.
type Caller struct {
	User string // "" if nobody is known
}

// callerKey is the key of the Caller in a context.
type callerKey struct{}

// WithCaller returns a context that CallerOf reads.
func WithCaller(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// CallerOf returns who sends the request that is being carried out.
func CallerOf(ctx context.Context) Caller {
	caller, _ := ctx.Value(callerKey{}).(Caller)
	return caller
}
