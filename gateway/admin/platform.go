package admin

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/platform"
)

// platformTimeout is how long a request waits for the live platform, which may be busy
// with a poll, after the deed itself is done.
const platformTimeout = 10 * time.Second

// What became of the platform's part of a deed.
const (
	platformOff     = "off"     // there is no platform that could be told
	platformDone    = "done"    // it has done what it was told
	platformDropped = "dropped" // it has cut the push off, and cannot forbid the next one
	platformFailed  = "failed"  // it has not: the error says why
)

// onPlatform is what the live platform did. A failure takes nothing back: here the deed is
// done.
type onPlatform struct {
	Outcome string `json:"platform"`
	Error   string `json:"platform_error,omitempty"`
}

// order tells the platform to do something with the stream of a user, once the deed is done
// here. A failure is in the answer and in the journal.
func (a *API) order(ctx context.Context, user string, do func(ctx context.Context, stream string) (string, error)) onPlatform {
	if a.platform == nil {
		return onPlatform{Outcome: platformOff}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), platformTimeout)
	defer cancel()
	outcome, err := a.ordered(ctx, user, do)
	if err == nil {
		return onPlatform{Outcome: outcome}
	}
	told := onPlatform{Outcome: platformFailed, Error: "the live platform was not told: " + err.Error()}
	a.log.WarnContext(ctx, "the live platform did not do what an operator wants", "user", user, "err", err)
	after, done := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer done()
	if err := a.audit.write(after, entry{What: "platform", User: user, Detail: told.Error}); err != nil {
		a.log.ErrorContext(ctx, "that the live platform failed is not in the audit journal", "user", user, "err", err)
	}
	return told
}

// ordered finds the stream of the user, and lets do act on it.
func (a *API) ordered(ctx context.Context, user string, do func(ctx context.Context, stream string) (string, error)) (outcome string, err error) {
	defer apierr.Recover(&err)
	stream, err := a.streamOf(ctx, user)
	if err != nil {
		return "", err
	}
	return do(ctx, stream)
}

// streamOf returns the stream that a user pushes. A user without a session may have a push
// URL that is still good, or be forbidden from one before.
func (a *API) streamOf(ctx context.Context, user string) (string, error) {
	session, err := combine.One(a.actions.Stream.Sessions(ctx, []string{user}))
	if err != nil {
		return "", err
	}
	if session != nil {
		return session.StreamID, nil
	}
	push, err := a.actions.Signing.Push(ctx, user)
	return push.StreamID, err
}

// drop ends a push.
func (a *API) drop(ctx context.Context, stream string) (string, error) {
	return platformDone, a.platform.Drop(ctx, stream)
}

// forbid ends a push and the next ones, until the ban is over; where a platform cannot
// forbid, the push is ended.
func (a *API) forbid(ban streams.Ban) func(ctx context.Context, stream string) (string, error) {
	return func(ctx context.Context, stream string) (string, error) {
		until := (ban.Until + 999) / 1000
		err := a.platform.Forbid(ctx, stream, until, ban.Reason)
		if platform.OutcomeOf(err) == platform.Unsupported {
			return platformDropped, a.platform.Drop(ctx, stream)
		}
		return platformDone, err
	}
}

// resume allows pushes again. A platform that cannot forbid has nothing to allow.
func (a *API) resume(ctx context.Context, stream string) (string, error) {
	err := a.platform.Resume(ctx, stream)
	if platform.OutcomeOf(err) == platform.Unsupported {
		err = nil
	}
	return platformDone, err
}
