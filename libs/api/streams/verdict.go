package streams

// Verdict says what became of what was told: it was applied, or why nothing happened.
// None of them is an error: the platform repeats what is not accepted.
type Verdict string

// The verdicts.
const (
	Applied       Verdict = "applied"
	Unusable      Verdict = "unusable"       // it does not say what it must, or means nothing to us
	Unknown       Verdict = "unknown"        // no such stream, session or file
	TooShort      Verdict = "too_short"      // a recording under the minimum
	TooEarly      Verdict = "too_early"      // a recording that ends further ahead than clocks may differ
	Repeated      Verdict = "repeated"       // the same was told before
	Late          Verdict = "late"           // something newer has happened since
	EndedPush     Verdict = "ended_push"     // a push that has ended stays ended
	WrongSequence Verdict = "wrong_sequence" // the end of a push that another one has replaced
	NotOnline     Verdict = "not_online"     // the session has not begun, or has ended
	PushMissing   Verdict = "needs_push"     // it is listed once the platform tells of a push
	UserBanned    Verdict = "banned"         // the user may not go live
	FileIsGone    Verdict = "removed"        // the file was removed
)

// Verdicts lists them all.
var Verdicts = []Verdict{
	Applied, Unusable, Unknown, TooShort, TooEarly, Repeated, Late, EndedPush, WrongSequence, NotOnline, PushMissing, UserBanned, FileIsGone,
}
