package action

import (
	"context"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// quitGroup takes a user out of a room. It succeeds where the user is not in the room
// anyway: the room does not exist, has ended, or never had the user. TooMany over a limit,
// which is not counted for a room that does not exist.
func quitGroup(ctx context.Context, a *Actions, fields input) (*Body, error) {
	exit := members.Exit{User: fields.UserID("userid")}
	anchor := fields.UserID("liveuserid")
	groupID := fields.ID("groupid")
	flag := fields.OneOf("flag", flagLive, flagRecorded)
	if err := fields.Err(); err != nil {
		return nil, err
	}

	found, err := a.findGroup(ctx, anchor, flag, groupID)
	if apierr.CodeOf(err) == apierr.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := a.FairUse.Act(ctx, fields.from, exit.User); err != nil {
		return nil, err
	}
	exit.Room, exit.Remember = found.room(), a.Presence && flag == flagLive
	_, err = combine.One(a.Room.Quit(ctx, []members.Exit{exit}))
	return nil, err
}
