package stream

import (
	"context"
	"errors"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// ErrDamaged is of a record that is there and cannot be read. Reads answer Storage for it and
// for no other item; only Open and SetBan begin anew over it.
var ErrDamaged = errors.New("damaged")

// Store keeps anchors and recordings, by its own clock, and is safe for concurrent use. A
// write is durable when it returns. Errors are Storage and Unavailable, and whatever a change
// returns.
type Store interface {
	// Update runs change on all that belongs to one user, atomically. It may run
	// it more than once. A change that fails must not have put anything. What is in reads
	// may be read ahead, and is asked for as before.
	Update(ctx context.Context, user string, reads Reads, change func(Tx) error) error

	// UserOf returns the user of a stream id, "" if there is none. Events name stream ids,
	// those of earlier sessions too.
	UserOf(ctx context.Context, streamID string) (string, error)

	// Sessions, Fences, Recordings and Pages are those of the contract. They show everything as
	// it stands at their moment, whether or not it has been settled, and never write.
	Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session]
	Fences(ctx context.Context, users []string) []combine.Result[streams.Fence]
	Recordings(ctx context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording]
	Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page]

	// The same of the verbs that read the journal. A store keeps what it promises for
	// SummaryTTL and ChangesTTL; the time of ErrDamaged things is over.
	Stories(ctx context.Context, keys []streams.StoryKey) []combine.Result[*streams.Story]
	Summaries(ctx context.Context, query streams.SummaryQuery) (streams.SummaryPage, error)
	Changes(ctx context.Context, query streams.ChangeQuery) (streams.ChangePage, error)

	// Those for duties.
	Lease(ctx context.Context, request streams.LeaseRequest) (streams.LeaseState, error)
	Bookmark(ctx context.Context, name string) (streams.Bookmark, error)
	PutBookmark(ctx context.Context, bookmark streams.Bookmark) (streams.BookmarkPut, error)

	// Those for bans: of users, and all of them in the order of users.
	Bans(ctx context.Context, users []string) []combine.Result[*streams.Ban]
	ListBans(ctx context.Context, query streams.BanQuery) ([]streams.Ban, error)

	// UsersOf returns the users who have a recording that is found by this file id.
	UsersOf(ctx context.Context, fileID string) ([]string, error)

	// Sweep settles every anchor that waits for nothing but time, and deletes those
	// that are gone. Reads do not depend on it.
	Sweep(ctx context.Context) error
}

// Reads is what a change is likely to ask its Tx for. A store that is far away reads it for
// a whole batch at once; a change may ask for more, or for less. The zero Reads is nothing.
type Reads struct {
	FileID   string // for Recording; "" for none
	From, To int64  // for RecordingsFrom, Unix seconds, where there is no recording of FileID

	// Sessions returns, of the anchor that was read, the earlier sessions that Past and
	// Summary will be asked for where there is no recording of FileID; nil for none. The
	// anchor is its own to change.
	Sessions func(a Anchor, now time.Time) []int64
}

// Tx is the view of one user inside Store.Update. A later read sees an earlier Put. It is for
// the goroutine that runs the change, and good until the change returns.
type Tx interface {
	// Now is the store's time, the same throughout the transaction.
	Now() time.Time

	// Anchor returns what is kept of the user, the zero Anchor if nothing, and
	// ErrDamaged for what cannot be read; PutAnchor takes its place.
	Anchor() (Anchor, error)

	// PutAnchor keeps an anchor, and its stream id for UserOf.
	PutAnchor(Anchor) error

	// Past returns the texts of an earlier session, empty ones if there are none.
	Past(session int64) (Texts, error)

	// PutPast and DropPast keep and forget them.
	PutPast(session int64, texts Texts) error
	DropPast(session int64) error

	// Recording finds a recording by any of its file ids, nil if there is none.
	Recording(fileID string) (*Recording, error)

	// RecordingsFrom returns the recordings that start within [from, to].
	RecordingsFrom(from, to int64) ([]Recording, error)

	// PutRecording keeps a recording, found under fileID besides its own. Those of its
	// fields that order it, Start, End and FileID, never change. A recording without a URL
	// is in no list, and only changes find it.
	PutRecording(r Recording, fileID string) error

	// Summary returns a session that has ended, nil if none is kept.
	Summary(session int64) (*Ended, error)

	// PutSummary keeps one, of MaxSummaries of the user the newest; DropSummary deletes it.
	PutSummary(Ended) error
	DropSummary(session int64) error

	// PutChange adds a change to the log, under the next number.
	PutChange(streams.Change) error

	// Ban returns the ban that is kept of the user, nil for none; its time may be over.
	Ban() (*streams.Ban, error)

	// PutBan keeps a ban; nil deletes it.
	PutBan(*streams.Ban) error
}
