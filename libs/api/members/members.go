// Package members is the contract of the room service: who is watching. A room has the members
// of one session, or of one recording. The service gives the names of rooms no meaning, and asks
// nobody whether one exists: the gateway names them, and asks the stream service first.
//
// Service is implemented by services/room, and by Remote, which calls it in another process.
// Package memberstest proves that both keep the contract.
package members

import (
	"context"

	"xiaozhibo.dev/libs/api/session"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// Key names one room. Session is a fence: an entry under a newer session empties the room
// first, one under an older session changes nothing, and a room read under any other
// session than its own is empty. A session more than session.MaxAhead ahead of the clock is
// refused; one that was kept all the same is no fence.
type Key struct {
	Name    string `json:"name"`    // 1–1,024 bytes
	Session int64  `json:"session"` // 0 to session.Max
}

// Entry says that a user enters a room, or is still there. Level may be nil: the member keeps
// the level of before, at first 0. A level decides the place where rooms are configured to be in order of level.
type Entry struct {
	Room     Key    `json:"room"`
	User     string `json:"user"`               // 1–128 bytes
	Nickname string `json:"nickname,omitempty"` // at most 512 bytes
	HeadPic  string `json:"head_pic,omitempty"` // at most 2,048 bytes
	Level    *int32 `json:"level,omitempty"`
}

// Exit says that a user leaves a room. Remember says that there may be a Presence of the
// user on its way, which must not bring the user back.
type Exit struct {
	Room     Key    `json:"room"`
	User     string `json:"user"` // 1–128 bytes
	Remember bool   `json:"remember,omitempty"`
}

// Query asks for Limit members from Offset on. Both are at least 0.
type Query struct {
	Room   Key `json:"room"`
	Offset int `json:"offset"`
	Limit  int `json:"limit"`
}

// Member is one row of a page.
type Member struct {
	User     string `json:"user"`
	Nickname string `json:"nickname,omitempty"`
	HeadPic  string `json:"head_pic,omitempty"`
}

// Page is part of a room. Total and Members are of the same moment. A page past the end has no
// members, and the true Total.
type Page struct {
	Total   int      `json:"total"`
	Members []Member `json:"members"`
}

// Service keeps the set of members of each room. Every write is safe to repeat. A member
// expires when the time to live has passed since the last entry; nothing ever shows
// an expired member. There is one result for each item, in
// order: what fails for one fails for no other. Errors are Storage and Unavailable, after which
// a write may have been made, and Invalid for what Check refuses. The slice that
// is returned is the caller's; the members of a page may be shared with other
// callers and must not be changed.
type Service interface {
	// Enter adds members. A member who is there already keeps its place; name and picture
	// are refreshed and the time to live begins again. TooMany for a new one where the room
	// has as many members as it was configured for.
	Enter(ctx context.Context, entries []Entry) []combine.Written

	// Quit removes members; one who is not there is no error.
	Quit(ctx context.Context, exits []Exit) []combine.Written

	// Hear takes the word of the IM service. A member it brings in has the texts and the
	// level that the room remembers, else none. TooMany as in Enter.
	Hear(ctx context.Context, presences []Presence) []combine.Result[Verdict]

	// Pages returns one page for each query, in the order the service was
	// configured with. An unknown room is an empty page.
	Pages(ctx context.Context, queries []Query) []combine.Result[Page]

	// Sizes returns the number of members of each room; of an unknown one, 0.
	Sizes(ctx context.Context, rooms []Key) []combine.Result[int]

	// Audiences returns the numbers of each session, a past one too. They are kept of the
	// newest session.MaxPast sessions of a name, for session.KeptFor after anybody last
	// came in; else they are 0, and for session 0, which is no session, always.
	Audiences(ctx context.Context, keys []Key) []combine.Result[Audience]
}

// Check returns an Invalid error for a key no room can have.
func (k Key) Check() error {
	if len(k.Name) == 0 || len(k.Name) > 1024 {
		return apierr.New(apierr.Invalid, "room name must be 1 to 1024 bytes")
	}
	return session.Check(k.Session)
}

// Check returns an Invalid error for an entry that cannot be kept.
func (e Entry) Check() error {
	if len(e.Nickname) > 512 || len(e.HeadPic) > 2048 {
		return apierr.New(apierr.Invalid, "nickname must be at most 512 bytes, head picture 2048")
	}
	return checkMember(e.Room, e.User)
}

// Check returns an Invalid error for an exit that nobody can make.
func (e Exit) Check() error { return checkMember(e.Room, e.User) }

// Check returns an Invalid error for a query without sense.
func (q Query) Check() error {
	if q.Offset < 0 || q.Limit < 0 {
		return apierr.New(apierr.Invalid, "offset and limit must not be negative")
	}
	return q.Room.Check()
}

// checkMember returns an Invalid error for a user or a room that cannot be.
func checkMember(room Key, user string) error {
	if len(user) == 0 || len(user) > 128 {
		return apierr.New(apierr.Invalid, "user must be 1 to 128 bytes")
	}
	return room.Check()
}
