package streams

import (
	"xiaozhibo.dev/libs/apierr"
)

// Opening asks for a session. All but Profile, KnownOnly and Source must be set. The same
// opening again, while its session has not ended, is a retry, and gives that session.
type Opening struct {
	User     string  `json:"user"`
	StreamID string  `json:"stream_id"`
	Group    string  `json:"group"`
	Title    string  `json:"title"`
	Profile  Profile `json:"profile"`

	KnownOnly bool   `json:"known_only,omitempty"` // TooMany for a user who has no session
	Source    Source `json:"source,omitempty"`
}

// Opened is a session that was opened, or found open. The caller counts new users by New: a
// limit on them would be void if a retry looked like one.
type Opened struct {
	Session Session `json:"session"`
	New     bool    `json:"new,omitempty"` // the user had no session before
}

// Status is what an anchor says of the session: online, or over.
type Status struct {
	User   string `json:"user"`
	Online bool   `json:"online"`
	Source Source `json:"source,omitempty"` // who says so; "" is Action
}

// Check returns an Invalid error for an opening with an empty required field or
// an id over MaxID.
func (o Opening) Check() error {
	if o.User == "" || o.StreamID == "" || o.Group == "" || o.Title == "" {
		return apierr.New(apierr.Invalid, "user, stream id, group and title must be set")
	}
	if max(len(o.User), len(o.StreamID), len(o.Group)) > MaxID {
		return apierr.New(apierr.Invalid, "user, stream id and group must be at most %d bytes", MaxID)
	}
	return nil
}
