package action

import (
	"context"

	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/libs/api/streams"
)

// In ChangeStatus 0 is online; in a row's status it is "0" that is offline.
const (
	statusOnline  = 0
	statusOffline = 1
)

// changeStatus puts the user's current session online, which lists it and resumes one that
// has ended, or offline, which ends it. NotFound for a user without a session, TooMany
// over a limit.
func changeStatus(ctx context.Context, a *Actions, fields input) (*Body, error) {
	status := streams.Status{
		User:   fields.UserID("userid"),
		Online: fields.OneOf("status", statusOnline, statusOffline) == statusOnline,
	}
	if err := fields.Err(); err != nil {
		return nil, err
	}
	if err := a.FairUse.Change(ctx, fields.from, fairuse.Change{Status: status}); err != nil {
		return nil, err
	}
	return nil, a.Stream.SetStatus(ctx, status)
}
