package action

import (
	"context"
	"net/netip"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/fairuse"
)

// addressKey is the key of the client's address in a context. Its type is private, so no
// other package's key can equal it.
type addressKey struct{}

// withAddress returns a context that knows the client's address, for addressOf.
func withAddress(ctx context.Context, address netip.Prefix) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

// addressOf returns the client's address: an IPv4 address or an IPv6 /64, or the zero
// Prefix where it is not known.
func addressOf(ctx context.Context) netip.Prefix {
	address, _ := ctx.Value(addressKey{}).(netip.Prefix)
	return address
}

// senderOf returns the sender that limits count the Action for. User is empty unless the
// sender has proven to be that user.
func senderOf(ctx context.Context) fairuse.Sender {
	return fairuse.Sender{Address: addressOf(ctx), User: auth.CallerOf(ctx).User}
}
