package action

import (
	"context"
	"math"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// enterGroup puts a user into a room, or keeps the user there for another time to live.
// NotFound where the room does not exist, TooMany where the room is full or a limit is
// reached, Banned for a user who is banned from rooms. A level outside of 32 bits becomes
// the nearest one that fits.
func enterGroup(ctx context.Context, a *Actions, fields input) (*Body, error) {
	entry := members.Entry{
		User:     fields.UserID("userid"),
		Nickname: fields.Text("nickname", envelope.MaxText),
		HeadPic:  fields.Text("headpic", envelope.MaxURL),
	}
	anchor := fields.UserID("liveuserid")
	groupID := fields.ID("groupid")
	flag := fields.OneOf("flag", flagLive, flagRecorded)
	if level, ok := fields.OptionalInt("level"); ok {
		bounded := int32(min(max(level, math.MinInt32), math.MaxInt32))
		entry.Level = &bounded
	}
	if err := fields.Err(); err != nil {
		return nil, err
	}

	found, err := a.findGroup(ctx, anchor, flag, groupID)
	if err != nil {
		return nil, err
	}
	if found.bans {
		if err := a.mayEnter(ctx, entry.User); err != nil {
			return nil, err
		}
	}
	if err := a.FairUse.Enter(ctx, fields.from, entry.User, found.name); err != nil {
		return nil, err
	}
	entry.Room = found.room()
	_, err = combine.One(a.Room.Enter(ctx, []members.Entry{entry}))
	return nil, err
}

// mayEnter is a Banned error for a user who is banned from rooms. It is asked only while
// somebody is.
func (a *Actions) mayEnter(ctx context.Context, user string) error {
	ban, err := combine.One(a.Stream.Bans(ctx, []string{user}))
	if err == nil && ban != nil && ban.Rooms {
		return apierr.New(apierr.Banned, "user %q is banned from rooms", user)
	}
	return err
}
