package streams

import "xiaozhibo.dev/libs/apierr"

// Reason is why a session has ended, or a row has left the list.
type Reason string

// The reasons.
const (
	ByClient   Reason = "client"    // the anchor said so
	ByPlatform Reason = "platform"  // the platform told of the end of the push
	Expired    Reason = "expired"   // nothing has shown it alive for too long; of a recording: its time is over
	Replaced   Reason = "replaced"  // by a newer one of the same anchor
	ByOperator Reason = "operator"  // an operator ended it
	ByBan      Reason = "banned"    // an operator has banned the user
	Denied     Reason = "denied"    // the platform was asked, and said that it is not online
	Forgotten  Reason = "forgotten" // it was never online; of a recording: its anchor was forgotten
	Removed    Reason = "removed"   // of a recording: its files are gone
	Damaged    Reason = "damaged"   // its record cannot be read
)

// EndReasons are those for which a session can end.
var EndReasons = []Reason{ByClient, ByPlatform, Expired, Replaced, ByOperator, ByBan, Denied, Forgotten}

// Summary is a session that has ended. A session that goes on afterwards has no summary
// until it ends again, under the same number. Times are Unix milliseconds by the service's
// clock.
type Summary struct {
	User       string `json:"user"`
	Session    int64  `json:"session"`
	Group      string `json:"group"`
	Title      string `json:"title"`
	Opened     int64  `json:"opened"`
	Began      int64  `json:"began"` // when it was first online; 0: never
	Ended      int64  `json:"ended"`
	Reason     Reason `json:"reason"`
	Recordings int    `json:"recordings"` // rows made of it by now
}

// MaxSummaries is how many sessions of one user are kept, the newest ones.
const MaxSummaries = 200

// SummaryPlace is where a page of summaries goes on: behind the last one that was read.
// The zero place is before the first.
type SummaryPlace struct {
	Ended   int64  `json:"ended,omitempty"`
	User    string `json:"user,omitempty"`
	Session int64  `json:"session,omitempty"`
}

// SummaryQuery asks for sessions that ended within [From, To), in Unix milliseconds; To 0
// is no bound.
type SummaryQuery struct {
	User  string       `json:"user,omitempty"` // "": of all users
	From  int64        `json:"from,omitempty"`
	To    int64        `json:"to,omitempty"`
	After SummaryPlace `json:"after,omitzero"`
	Limit int          `json:"limit"` // 1 to MaxLimit
}

// SummaryPage is part of them. More: there are others behind the last one.
type SummaryPage struct {
	Summaries []Summary `json:"summaries"`
	More      bool      `json:"more,omitempty"`
}

// Place is where a page goes on that ended with s.
func (s Summary) Place() SummaryPlace {
	return SummaryPlace{Ended: s.Ended, User: s.User, Session: s.Session}
}

// MaxLimit is how many summaries, changes or bans one call returns at most.
const MaxLimit = 1000

// Check returns an Invalid error for a query without sense.
func (q SummaryQuery) Check() error { return checkLimit(q.Limit) }

// checkLimit returns an Invalid error for a limit that no call takes.
func checkLimit(limit int) error {
	if limit < 1 || limit > MaxLimit {
		return apierr.New(apierr.Invalid, "limit must be 1 to %d", MaxLimit)
	}
	return nil
}
