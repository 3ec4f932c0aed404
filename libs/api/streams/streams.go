// Package streams is the contract of the stream service: who is live and what was recorded. It
// alone decides what exists, and it alone numbers sessions.
//
// Service is what all others call. Its parts are in a file each: the list here, what anchors
// ask for in opening.go, what the platform tells in platform.go, what became of it in
// verdict.go, stories in story.go, sessions that have ended in summary.go, the log of changes
// in change.go, what operators do in moderation.go, and shared work in duty.go. It is
// implemented by services/stream, and by Remote, which calls it in another process. Package
// streamstest proves that both keep the contract.
package streams

import (
	"context"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// MaxID bounds every id, in bytes. Clients are held to less.
const MaxID = 1024

// Profile is what an anchor says of the user, as it was sent. The service keeps it and shows it,
// and looks into none of it; the bounds are the gateway's. Every field may be "".
type Profile struct {
	Nickname   string `json:"nickname,omitempty"`    // at most 512 bytes, as all texts here
	HeadPic    string `json:"head_pic,omitempty"`    // a URL, at most 2,048 bytes
	FrontCover string `json:"front_cover,omitempty"` // a URL, at most 2,048 bytes
	Location   string `json:"location,omitempty"`
	Desc       string `json:"desc,omitempty"`
}

// Session is an anchor's current session: the latest that was opened, whether it is hidden,
// online or over. A user has one, and Number tells it from those before.
type Session struct {
	User      string  `json:"user"`
	Number    int64   `json:"session"`   // grows with every new session of the user
	StreamID  string  `json:"stream_id"` // what it is pushed and played under; one for each user, the same in every session
	Group     string  `json:"group"`     // the chat group; who enters must name it
	Title     string  `json:"title"`     // 1 to 512 bytes, by the gateway
	Profile   Profile `json:"profile"`
	Timestamp int64   `json:"timestamp"`        // Unix seconds: first online, until then requested
	Online    bool    `json:"online"`           // it is in the list; false for one that is hidden or over
	Forbid    bool    `json:"forbid,omitempty"` // the user is banned from going live

	// Bans: somebody is banned from rooms, so ask Bans who. Only Sessions says it.
	Bans bool `json:"bans,omitempty"`
}

// Recording is one recorded slice, under the file id that was announced first. Files of the same
// slice in other formats are in the same Recording, and it is found under each of their file
// ids. Its texts are those of the session that it was recorded from. At least one of the three
// URLs is set. Times are Unix seconds.
type Recording struct {
	User    string  `json:"user"`
	FileID  string  `json:"file_id"`
	Title   string  `json:"title"`
	Profile Profile `json:"profile"`
	Start   int64   `json:"start"`
	End     int64   `json:"end"`
	FLV     string  `json:"flv,omitempty"`
	HLS     string  `json:"hls,omitempty"`
	MP4     string  `json:"mp4,omitempty"`

	// Bans: as Session.Bans. Only Recordings says it.
	Bans bool `json:"bans,omitempty"`
}

// FileKey names a recording by any of its file ids. A file id alone names none: two users may
// have the same.
type FileKey struct {
	User   string `json:"user"`
	FileID string `json:"file_id"`
}

// Query asks for Limit rows from Offset on of one list: the live sessions, the recordings of the
// window, or both, live first. Offset and Limit are at least 0. The window is how long a
// recording is listed after its end.
type Query struct {
	Live     bool `json:"live,omitempty"`
	Recorded bool `json:"recorded,omitempty"`
	Offset   int  `json:"offset"`
	Limit    int  `json:"limit"`
}

// Page is part of a list. Total and rows are of the same moment; Sessions stand before
// Recordings. Total counts the rows of the whole list that was asked for. A page past the end
// has no rows, and the true Total.
type Page struct {
	Total      int         `json:"total"`
	Change     int64       `json:"change,omitempty"` // the number of the latest change that is in it
	Sessions   []Session   `json:"sessions,omitempty"`
	Recordings []Recording `json:"recordings,omitempty"`
}

// Service is the stream service, in four parts: what is listed, what has happened, who does
// shared work, and what operators and the platform's answers change.
//
// Every write is safe to repeat. Storage and Unavailable errors are possible everywhere, and
// after them a write may have been made; others are named. Reads return one result for each
// item, in order: what fails for one fails for no other. The slice that is returned is the
// caller's; the sessions, recordings and pages in it may be shared with other callers and must
// not be changed. All methods may be called concurrently.
type Service interface {
	Catalogue
	Journal
	Duties
	Moderation
}

// Catalogue is what is listed: sessions that are online, and recordings.
type Catalogue interface {
	// Open opens a session, hidden. The user's current session is returned
	// instead, with new texts, if it has the same group and has not ended.
	// Invalid if a required field is empty. TooMany if the user has opened too
	// many within an hour, or has no session where the opening is for known users. Banned
	// for a user who is banned from going live.
	Open(ctx context.Context, opening Opening) (Opened, error)

	// SetStatus lists the user's current session or ends it; an ended one is resumed.
	// NotFound for a user without one. If the list requires a push, it lists and resumes
	// only while the platform has told of a push and not of its end. Banned for online, if
	// the user is banned from going live.
	SetStatus(ctx context.Context, status Status) error

	// ApplyPush does what a push or interrupt event means. The verdict says what that was: a
	// push that is older than what is known, repeated, or of a stream that nobody has, changes
	// nothing and is no error.
	ApplyPush(ctx context.Context, push Push) (Verdict, error)

	// AddFile adds a recorded file to its recording, or begins one. It finds the recording by
	// stream, start and end, so files may come in any order. One that is too short, or was
	// removed before, makes none.
	AddFile(ctx context.Context, file File) (Verdict, error)

	// Sessions returns the current session of each user, nil for one without. A user who
	// has had nothing to show for long is forgotten, and is then as one who was never
	// known.
	Sessions(ctx context.Context, users []string) []combine.Result[*Session]

	// Fences returns the same in short, without texts.
	Fences(ctx context.Context, users []string) []combine.Result[Fence]

	// Recordings returns each recording, nil for one that does not exist.
	Recordings(ctx context.Context, keys []FileKey) []combine.Result[*Recording]

	// Pages returns one page for each query: sessions and recordings by newest
	// timestamp (start), ties by ascending user id (file id). Invalid for
	// what Check refuses.
	Pages(ctx context.Context, queries []Query) []combine.Result[Page]
}

// Check returns an Invalid error for a query without sense.
func (q Query) Check() error {
	if q.Offset < 0 || q.Limit < 0 {
		return apierr.New(apierr.Invalid, "offset and limit must not be negative")
	}
	return nil
}
