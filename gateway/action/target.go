package action

import (
	"context"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// What flag says in most Actions; FetchList has lists of its own.
const (
	flagLive     = 0
	flagRecorded = 1
)

// target is what likes and members are kept under: a session or a recording.
// It has the same name in every service. The zero byte is in no id.
type target struct {
	name    string
	session int64
}

func liveTarget(r *streams.Session) target {
	return target{"live\x00" + r.User, r.Number}
}

func recordedTarget(r *streams.Recording) target {
	return target{"file\x00" + r.User + "\x00" + r.FileID, 0}
}

func (t target) counter() counters.Key { return counters.Key{Name: t.name, Session: t.session} }
func (t target) room() members.Key     { return members.Key{Name: t.name, Session: t.session} }

// RoomOf is what the members of a live room are kept under.
func SessionOf(r *streams.Session) members.Key { return liveTarget(r).room() }

// readFileID reads the file id that a recording is named by; for anything else
// clients may send whatever they like there.
func readFileID(fields *envelope.Fields, flag int64) string {
	if flag != flagRecorded {
		return ""
	}
	fileID := fields.OptionalID("fileid")
	if fileID == "" {
		fields.Refuse("fileid", "is null or empty")
	}
	return fileID
}

// findTarget returns the current session of user, or the recording fileID; the
// error is NotFound for what does not exist.
func (a *Actions) findTarget(ctx context.Context, user string, flag int64, fileID string) (target, error) {
	if flag == flagRecorded {
		r, err := a.recording(ctx, user, fileID)
		if err != nil {
			return target{}, err
		}
		return recordedTarget(r), nil
	}
	r, err := a.liveSession(ctx, user)
	if err != nil {
		return target{}, err
	}
	return liveTarget(r), nil
}

// findGroup is findTarget for what an Action names by groupid, which is the
// file id of a recording. A session is found under its own group only.
func (a *Actions) findGroup(ctx context.Context, user string, flag int64, groupID string) (target, error) {
	if flag == flagRecorded {
		return a.findTarget(ctx, user, flag, groupID)
	}
	r, err := a.liveSession(ctx, user)
	if err != nil {
		return target{}, err
	}
	if r.Group != groupID {
		return target{}, apierr.New(apierr.NotFound, "user %q has no room with groupid %q", user, groupID)
	}
	return liveTarget(r), nil
}

func (a *Actions) liveSession(ctx context.Context, user string) (*streams.Session, error) {
	session, err := combine.One(a.Stream.Sessions(ctx, []string{user}))
	if err != nil {
		return nil, err
	}
	if session == nil {
		return nil, apierr.New(apierr.NotFound, "user %q has no room", user)
	}
	return session, nil
}

func (a *Actions) recording(ctx context.Context, user, fileID string) (*streams.Recording, error) {
	recording, err := combine.One(a.Stream.Recordings(ctx, []streams.FileKey{{User: user, FileID: fileID}}))
	if err != nil {
		return nil, err
	}
	if recording == nil {
		return nil, apierr.New(apierr.NotFound, "user %q has no recording with fileid %q", user, fileID)
	}
	return recording, nil
}
