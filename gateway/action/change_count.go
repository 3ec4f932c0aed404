package action

import (
	"context"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/combine"
)

const (
	// Kinds of count, the field type.
	countViewers = 0 // obsolete: EnterGroup and QuitGroup count viewers
	countLikes   = 1

	// What is done to the count, the field optype.
	opIncrease = 0
	opDecrease = 1
)

// changeCount adds a like to an anchor's current session or to a recording, or takes one
// back. NotFound if that does not exist. It answers success and counts nothing for
// viewers, which is obsolete, and for a like over a limit, of which the sender is not
// told.
func changeCount(ctx context.Context, a *Actions, fields input) (*Body, error) {
	user := fields.UserID("userid")
	what := fields.OneOf("type", countViewers, countLikes)
	op := fields.OneOf("optype", opIncrease, opDecrease)
	flag := fields.OneOf("flag", flagLive, flagRecorded)
	fileID := readFileID(fields, flag)
	if err := fields.Err(); err != nil {
		return nil, err
	}

	target, err := a.findTarget(ctx, user, flag, fileID)
	if err != nil {
		return nil, err
	}
	if what == countViewers || !a.FairUse.Likes(ctx, fields.from, user) {
		return nil, nil // more likes than is fair are not counted, and the sender is not told
	}
	delta := int64(1)
	if op == opDecrease {
		delta = -1
	}
	_, err = combine.One(a.Counter.Add(ctx, []counters.Addition{{Key: target.counter(), Delta: delta}}))
	return nil, err
}
