package streams

import (
	"context"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// Sighting is what somebody says of a session: it is online, or it is not. It names the
// user, or else the stream id.
type Sighting struct {
	User     string `json:"user,omitempty"`
	StreamID string `json:"stream_id,omitempty"`
	Session  int64  `json:"session,omitempty"` // 0: the current one
	Source   Source `json:"source"`

	// Asked is when the platform was asked, in Unix milliseconds by the service's clock; 0:
	// now. Anything that has happened to the session since then is newer than the answer.
	Asked int64 `json:"asked,omitempty"`

	// Since is when the push began that is seen, in Unix seconds by the platform's clock; 0:
	// it does not say.
	Since int64 `json:"since,omitempty"`
}

// Ending ends the user's current session, if it has the number Session; 0: any.
type Ending struct {
	User    string `json:"user"`
	Session int64  `json:"session,omitempty"`
	Source  Source `json:"source"`
}

// Ban keeps a user from going live, from entering rooms, or from both.
type Ban struct {
	User      string `json:"user"`
	Until     int64  `json:"until"`                // Unix milliseconds by the service's clock, at most MaxUntil
	GoingLive bool   `json:"going_live,omitempty"` // the user may open no session, and none goes on
	Rooms     bool   `json:"rooms,omitempty"`      // the user may enter no room
	Reason    string `json:"reason,omitempty"`     // for operators, at most MaxReason bytes
	Since     int64  `json:"since,omitempty"`      // when it was set; the service sets it
}

// Bounds of a ban.
const (
	MaxUntil  = 253_402_300_799_999 // the end of the year 9999
	MaxReason = 512
)

// BanQuery asks for bans in the order of user ids, behind After, at most Limit (1 to
// MaxLimit).
type BanQuery struct {
	After string `json:"after,omitempty"`
	Limit int    `json:"limit"`
}

// Moderation is what others than the anchor and the platform's events do to sessions and
// users.
type Moderation interface {
	// Confirm takes a word that a session is online: a sign of life, and a hidden session
	// is listed. An ended session is resumed only if it ended because nothing had shown it
	// alive, or because somebody denied it; or by a push that began after all that was told
	// of, as if its event had come. The anchor's word that it is over stands against every
	// push that began before it.
	Confirm(ctx context.Context, sighting Sighting) (Verdict, error)

	// Deny ends a session that somebody says is not online, unless something has shown it
	// alive at the moment that was asked about or later.
	Deny(ctx context.Context, sighting Sighting) (Verdict, error)

	// End ends a session because an operator wants it. The anchor can go on with it: use a
	// Ban where that must not be.
	End(ctx context.Context, ending Ending) (Verdict, error)

	// RemoveFiles takes recorded files out. A recording is gone with the last of its files,
	// and is not made again by what is announced later. Unknown ids are no error.
	RemoveFiles(ctx context.Context, files []string) (Verdict, error)

	// SetBan bans a user, instead of the ban there is. A ban whose time is over, or that
	// bans from nothing, takes back the one there is. Invalid for what Check refuses.
	SetBan(ctx context.Context, ban Ban) error

	// Bans returns the ban of each user that holds now, nil for none.
	Bans(ctx context.Context, users []string) []combine.Result[*Ban]

	// ListBans returns all that hold now, a part at a time. Invalid for what Check refuses.
	ListBans(ctx context.Context, query BanQuery) ([]Ban, error)
}

// Check returns an Invalid error for a sighting that names nobody.
func (s Sighting) Check() error {
	if s.User == "" && s.StreamID == "" || max(len(s.User), len(s.StreamID)) > MaxID {
		return apierr.New(apierr.Invalid, "user or stream id must be set, of at most %d bytes", MaxID)
	}
	return nil
}

// Check returns an Invalid error for an ending that names nobody.
func (e Ending) Check() error { return checkUser(e.User) }

// Check returns an Invalid error for a ban without sense.
func (b Ban) Check() error {
	if len(b.Reason) > MaxReason || b.Until < 0 || b.Until > MaxUntil {
		return apierr.New(apierr.Invalid, "a ban lasts until the year 9999 at most, for a reason of at most %d bytes", MaxReason)
	}
	return checkUser(b.User)
}

// Check returns an Invalid error for a query without sense.
func (q BanQuery) Check() error { return checkLimit(q.Limit) }

// checkUser returns an Invalid error for what can be no user's id.
func checkUser(user string) error {
	if user == "" || len(user) > MaxID {
		return apierr.New(apierr.Invalid, "user must be set, of at most %d bytes", MaxID)
	}
	return nil
}
