// Package fairuse bounds what one client can do to everybody, without asking for its identity.
// It counts in the memory of one gateway, in tables of a fixed size: with n gateways behind a
// balancer a client may have n times as much.
//
// An Action that writes asks the method of Limits that is for it before it writes. A refusal is
// a TooMany error, and has counted nothing; a like over its limit is dropped without a word. All
// limits are off by default, and the package knows no rule about sessions or rooms.
// docs/fair-use.md says what each limit is for.
package fairuse

import (
	"context"
	"net/netip"
	"time"

	"xiaozhibo.dev/gateway/quota"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	// maxKeys is how many addresses, users or clients each limit knows at once.
	maxKeys = 1 << 17
	// maxElements is how many users or rooms of all addresses a limit knows at once.
	maxElements = 1 << 18
	// retryTime is how long after a change the same one is a retry. Android sends once
	// more after 10 s.
	retryTime = 30 * time.Second
)

// Sender is the client that a request is counted for.
type Sender struct {
	Address netip.Prefix // IPv4 address or IPv6 /64; the zero Prefix is not known, and has no limits
	User    string       // who has proven to be it, else ""
}

// The keys of limits that count for a pair.
type (
	// client is a sender and the anchor that it likes. A sender who is proven counts as that
	// user, and not by address.
	client struct {
		Sender
		anchor string
	}
	// doorway is a room as it is entered from one address.
	doorway struct { // of a room, to an address
		address netip.Prefix
		room    string
	}
)

// Limits are those of one gateway. A nil Limits refuses nothing. Its methods may be called
// concurrently.
type Limits struct {
	clientLikes  *quota.Buckets[client]
	addressLikes *quota.Buckets[netip.Prefix]
	changes      *quota.Distinct[string, Change]
	anchors      *quota.Distinct[netip.Prefix, string]
	users        *quota.Distinct[netip.Prefix, string]
	rooms        *quota.Distinct[netip.Prefix, string]
	members      *quota.Distinct[doorway, string]
	uploads      *quota.Buckets[netip.Prefix]
	tally        *tally
}

// New returns the limits by the clock now, which must not go back, or nil where config has
// none. Metrics of refusals are there in either case, at zero.
func New(config Config, now func() time.Time, scope telemetry.Scope) (*Limits, error) {
	counted, err := newTally(scope, &config)
	if err != nil || config == (Config{}) {
		return nil, err
	}
	within := func(limit int, window time.Duration) quota.Limits {
		return quota.Limits{Max: limit, Window: window, Keys: maxKeys}
	}
	known := quota.Elements{Free: time.Hour, Keys: maxElements}
	retries := quota.Elements{Free: retryTime, Once: true, Keys: maxKeys}
	return &Limits{
		clientLikes:  quota.NewBuckets[client](within(config.MaxLikesPerClient, time.Minute), now),
		addressLikes: quota.NewBuckets[netip.Prefix](within(config.MaxLikesPerAddress, time.Minute), now),
		changes:      quota.NewDistinct[string, Change](within(config.MaxChangesPerUser, time.Minute), retries, now),
		anchors:      quota.NewDistinct[netip.Prefix, string](within(config.MaxAnchorsPerAddress, time.Hour), known, now),
		users:        quota.NewDistinct[netip.Prefix, string](within(config.MaxUsersPerAddress, time.Hour), known, now),
		rooms:        quota.NewDistinct[netip.Prefix, string](within(config.MaxRoomsPerAddress, time.Hour), known, now),
		members:      quota.NewDistinct[doorway, string](within(config.MaxMembersPerAddress, time.Hour), known, now),
		uploads:      quota.NewBuckets[netip.Prefix](within(config.MaxUploadsPerAddress, time.Minute), now),
		tally:        counted,
	}, nil
}

// Likes reports whether a like for an anchor is to be counted. A like that the address has
// no room for does not cost the client anything.
func (l *Limits) Likes(ctx context.Context, from Sender, anchor string) bool {
	if l == nil {
		return true
	}
	by := client{from, anchor}
	if from.User != "" {
		by.Address = netip.Prefix{} // wherever the user is
	}
	switch {
	case by.Sender != (Sender{}) && !l.clientLikes.Take(by):
		l.tally.refused(ctx, likesPerClient, from, anchor)
	case from.Address.IsValid() && !l.addressLikes.Take(from.Address):
		l.clientLikes.Return(by) // who may have done nothing but stand beside another
		l.tally.refused(ctx, likesPerAddress, from, anchor)
	default:
		return true
	}
	return false
}

// Act returns a TooMany error where user is one user too many for the address in this
// hour. Every Action that writes for a user is counted so; ChangeCount is not, because its
// user is the one who is liked.
func (l *Limits) Act(ctx context.Context, from Sender, user string) error {
	if l == nil || !from.Address.IsValid() || l.users.Take(from.Address, user) != quota.Refused {
		return nil
	}
	return l.refuse(ctx, usersPerAddress, from, user, "too many users at one address in an hour")
}

// Upload returns a TooMany error where the address gets no upload signature now. A request
// for one names nobody, so its retry counts as well.
func (l *Limits) Upload(ctx context.Context, from Sender) error {
	if l == nil || !from.Address.IsValid() || l.uploads.Take(from.Address) {
		return nil
	}
	return l.refuse(ctx, uploadsPerAddress, from, from.User, "too many upload signatures for one address in a minute")
}

// refuse counts and logs a refusal and returns its error, whose text ends with the name of
// the limit.
func (l *Limits) refuse(ctx context.Context, over Limit, from Sender, user, format string, args ...any) error {
	l.tally.refused(ctx, over, from, user)
	return apierr.New(apierr.TooMany, format+" (%s)", append(args, over)...)
}
