package action

import (
	"context"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/combine"
)

const (
	countViewers = 0 // obsolete: EnterGroup and QuitGroup count viewers
	countLikes   = 1

	opIncrease = 0
	opDecrease = 1
)

// changeCount counts a like of an anchor's current session or of a recording.
func changeCount(ctx context.Context, a *Actions, fields *envelope.Fields) ([]byte, error) {
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
	if what == countViewers {
		return nil, nil
	}
	delta := int64(1)
	if op == opDecrease {
		delta = -1
	}
	_, err = combine.One(a.Counter.Add(ctx, []counters.Addition{{Key: target.counter(), Delta: delta}}))
	return nil, err
}
