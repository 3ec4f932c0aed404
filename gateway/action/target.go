package action

import (
	"context"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// What flag says in most Actions. FetchList has values of its own, see listLive.
const (
	flagLive     = 0
	flagRecorded = 1
)

// target is what likes and members are kept under: a session or a recording. Counter and
// room service get the same name.
//
// name has a zero byte between its parts because no id can contain one: so no user and
// file id, put together, equal another pair. session is the number of the session, a
// fence: what was kept under the same name and a lower number is void, so a new session
// begins without likes and members. Recordings have one session for ever, 0.
type target struct {
	name    string
	session int64
	bans    bool // somebody is banned from rooms
}

// liveTarget returns the target of the session that a fence is of. Two sessions of one user have
// the same name and differ in their number.
func liveTarget(user string, fence streams.Fence) target {
	return target{name: "live\x00" + user, session: fence.Number, bans: fence.Bans}
}

// recordedTarget returns the target of a recording. r.FileID is the id that was announced first,
// whichever of its ids was asked for: so all of them share likes and members.
func recordedTarget(r *streams.Recording) target {
	return target{name: "file\x00" + r.User + "\x00" + r.FileID, bans: r.Bans}
}

// counter returns the key of the target's likes, and room that of its members. Both services
// fence by the number.
func (t target) counter() counters.Key { return counters.Key{Name: t.name, Session: t.session} }
func (t target) room() members.Key     { return members.Key{Name: t.name, Session: t.session} }

// SessionOf returns the key that the members of a live session are kept under in the room
// service. It is exported for those who count viewers outside of Actions.
func SessionOf(r *streams.Session) members.Key { return sessionTarget(r).room() }

// sessionTarget returns the target of a session that was read as a whole.
func sessionTarget(r *streams.Session) target { return liveTarget(r.User, streams.FenceOf(r)) }

// readFileID reads the field fileid, which names a recording and is required then. For a
// live session it is not read at all: clients may send whatever they like there.
func readFileID(fields input, flag int64) string {
	if flag != flagRecorded {
		return ""
	}
	fileID := fields.OptionalID("fileid")
	if fileID == "" {
		fields.Refuse("fileid", "is null or empty")
	}
	return fileID
}

// findTarget returns the target of user's current session, or of user's recording fileID,
// as flag says. NotFound if that does not exist.
func (a *Actions) findTarget(ctx context.Context, user string, flag int64, fileID string) (target, error) {
	if flag == flagRecorded {
		r, err := a.recording(ctx, user, fileID)
		if err != nil {
			return target{}, err
		}
		return recordedTarget(r), nil
	}
	fence, err := a.fence(ctx, user)
	if err != nil {
		return target{}, err
	}
	return liveTarget(user, fence), nil
}

// findGroup is findTarget for Actions that have a groupid, which for a recording is its
// file id. NotFound also where the user's session has another groupid: the one that is
// asked for is over, or never was.
func (a *Actions) findGroup(ctx context.Context, user string, flag int64, groupID string) (target, error) {
	if flag == flagRecorded {
		return a.findTarget(ctx, user, flag, groupID)
	}
	fence, err := a.fence(ctx, user)
	if err != nil {
		return target{}, err
	}
	if fence.Group != groupID {
		return target{}, apierr.New(apierr.NotFound, "user %q has no room with groupid %q", user, groupID)
	}
	return liveTarget(user, fence), nil
}

// fence returns that of the current session of user, online or not. NotFound if there is
// none.
func (a *Actions) fence(ctx context.Context, user string) (streams.Fence, error) {
	fence, err := combine.One(a.Stream.Fences(ctx, []string{user}))
	if err == nil && fence.Number == 0 {
		err = noRoom(user)
	}
	return fence, err
}

// noRoom is what a client is told of a user without a session. The text says room, the word of clients for what is a session here.
func noRoom(user string) error { return apierr.New(apierr.NotFound, "user %q has no room", user) }

// liveSession returns the current session of user, online or not. NotFound if there is
// none.
func (a *Actions) liveSession(ctx context.Context, user string) (*streams.Session, error) {
	session, err := combine.One(a.Stream.Sessions(ctx, []string{user}))
	if err != nil {
		return nil, err
	}
	if session == nil {
		return nil, noRoom(user)
	}
	return session, nil
}

// recording returns the recording of user under any of its file ids, listed or not.
// NotFound if there is none.
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
