package action

import (
	"context"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// getUserInfo returns one row: an anchor's session, online or not, or one of the anchor's
// recordings. NotFound if there is none.
func getUserInfo(ctx context.Context, a *Actions, fields input) (*Body, error) {
	user := fields.UserID("userid")
	what := fields.OneOf("type", flagLive, flagRecorded)
	fileID := readFileID(fields, what)
	if err := fields.Err(); err != nil {
		return nil, err
	}

	var page streams.Page
	if what == flagRecorded {
		r, err := a.recording(ctx, user, fileID)
		if err != nil {
			return nil, err
		}
		page.Recordings = []streams.Recording{*r}
	} else {
		r, err := a.liveSession(ctx, user)
		if err != nil {
			return nil, err
		}
		page.Sessions = []streams.Session{*r}
	}
	rows, err := combine.One(a.rows(ctx, []streams.Page{page}))
	if err != nil {
		return nil, err
	}
	return success(&rows[0]), nil
}
