package action

import (
	"context"
	"net/netip"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/fairuse"
)

type addressKey struct{}

func withAddress(ctx context.Context, address netip.Prefix) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

// addressOf returns where the Action that runs under ctx comes from; the zero Prefix
// is not known.
func addressOf(ctx context.Context) netip.Prefix {
	address, _ := ctx.Value(addressKey{}).(netip.Prefix)
	return address
}

// senderOf returns whom the Action that runs under ctx is counted for.
func senderOf(ctx context.Context) fairuse.Sender {
	return fairuse.Sender{Address: addressOf(ctx), User: auth.CallerOf(ctx).User}
}
