package fairuse

import (
	"cmp"
	"context"

	"xiaozhibo.dev/gateway/quota"
	"xiaozhibo.dev/libs/api/streams"
)

// Change is what a user does to a broadcast. One of the two is set; the other is zero. Two
// changes are the same, and the later one a retry, if all their fields are equal.
type Change struct {
	Opening streams.Opening
	Status  streams.Status
}

// Change returns a TooMany error where the user may not change a broadcast now, and then
// has counted nothing. The same change again within retryTime is a retry and is free, but
// only the first time: a client that repeats it in a loop pays every second time.
func (l *Limits) Change(ctx context.Context, from Sender, change Change) error {
	if l == nil {
		return nil
	}
	// One of the two has a user, the other is zero.
	user := cmp.Or(change.Opening.User, change.Status.User)
	charge := l.changes.Take(user, change)
	if charge == quota.Refused {
		return l.refuse(ctx, changesPerUser, from, user, "too many changes by user %q in a minute", user)
	}
	err := l.broadcast(ctx, from, user)
	if err != nil {
		l.changes.Return(user, change, charge)
	}
	return err
}

// broadcast returns a TooMany error where user is one anchor, or one user, too many for
// the address.
func (l *Limits) broadcast(ctx context.Context, from Sender, user string) error {
	if !from.Address.IsValid() {
		return nil
	}
	charge := l.anchors.Take(from.Address, user)
	if charge == quota.Refused {
		return l.refuse(ctx, anchorsPerAddress, from, user, "too many anchors at one address in an hour")
	}
	err := l.Act(ctx, from, user)
	if err != nil {
		l.anchors.Return(from.Address, user, charge)
	}
	return err
}
