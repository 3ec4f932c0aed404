package stream

import (
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// begin replaces the session by a new one, hidden. What must outlive a session is carried over
// by name: the number, the platform's lag, ended sequences, earlier sessions, the cap, the
// end of the latest recording and a ban. All else begins at zero.
func (t *turn) begin(o streams.Opening) error {
	a, now := t.Anchor, t.now
	if a.Exists() {
		t.replaced(o.Source)
	}
	if err := a.retire(t.tx, t.config.RecordingWindow); err != nil {
		return err
	}
	// The push that went on must not list the new session: its interrupt, or a repetition of
	// its begin, is still on the way.
	a.finish(a.Push.Sequence)
	number := nextSession(a.Latest, now)
	*a = Anchor{
		Current: Current{
			Session:  streams.Session{User: o.User, Group: o.Group, Number: number, Timestamp: now.Unix()},
			Opened:   now.UnixMilli(),
			Alive:    now.UnixMilli(),
			Recorded: a.Recorded, Forbidden: a.Forbidden,
		},
		History: History{Latest: number, Lag: a.Lag, EndedSequences: a.EndedSequences, Past: a.Past, Opens: a.Opens},
	}
	a.describe(o)
	t.known = t.Current
	t.made.opened++
	return nil
}

// replaced ends the session before another one begins, and keeps it as it is then.
func (t *turn) replaced(source streams.Source) {
	if t.Live() {
		t.end(t.now.UnixMilli(), streams.Replaced)
		t.tell(streams.Entry{At: t.Ended, Source: source, What: streams.WasReplaced, Verdict: streams.Applied})
		t.note()
	}
	t.keepSummary(t.Anchor)
}

// nextSession numbers a session by the clock: a user who was forgotten has no latest number, and
// yet gets one that is higher than all before. Numbers grow even if the clock is put
// back, unless the last one is so far ahead that nobody would believe the next.
func nextSession(last int64, now time.Time) int64 {
	if last > now.Add(maxNumberAhead).UnixMilli() {
		return now.UnixMilli()
	}
	return max(now.UnixMilli(), last+1)
}

// describe takes over what may change within a session. The group may not: it names what viewers
// enter, so another group is another session.
func (a *Anchor) describe(o streams.Opening) {
	a.Session.StreamID, a.Session.Title, a.Session.Profile = o.StreamID, o.Title, o.Profile
}

// retire remembers the current session if it was ever online, as long as its
// recordings can still be listed: one that is announced late gets its texts from there.
func (a *Anchor) retire(tx Tx, window time.Duration) error {
	now := tx.Now()
	if a.Exists() && a.FirstOnline != 0 {
		span := Span{Session: a.Session.Number, Opened: a.Opened, Ended: a.Ended}
		if span.Ended == 0 {
			span.Ended = now.UnixMilli()
		}
		if err := tx.PutPast(span.Session, Texts{Title: a.Session.Title, Profile: a.Session.Profile}); err != nil {
			return err
		}
		a.Past = append(a.Past, span)
	}
	forgotten := now.Add(-window).UnixMilli()
	excess := len(a.Past) - maxPast
	var kept []Span
	for i, span := range a.Past {
		if i >= excess && span.Ended >= forgotten {
			kept = append(kept, span)
			continue
		}
		if err := tx.DropPast(span.Session); err != nil {
			return err
		}
	}
	a.Past = kept
	return nil
}

// finish remembers that a sequence is over, of whichever session: a begin of it that is repeated or late lists
// nothing. The oldest are forgotten when they are too many, or too long.
func (a *Anchor) finish(sequence string) {
	if sequence == "" || slices.Contains(a.EndedSequences, sequence) {
		return
	}
	a.EndedSequences = append(a.EndedSequences, sequence)
	bytes := 0
	for i, one := range slices.Backward(a.EndedSequences) {
		bytes += len(one)
		if len(a.EndedSequences)-i > maxEnded || bytes > maxEndedBytes {
			a.EndedSequences = a.EndedSequences[i+1:]
			return
		}
	}
}

// mayOpen counts a new session, and reports whether the user may open it: at
// most limit within an hour, if limit is not 0. An hour begins with the first session and not
// with a full hour, and anew if the clock was put back.
func (o *Opens) mayOpen(now time.Time, limit int) bool {
	if since := now.UnixMilli() - o.Since; since < 0 || since >= time.Hour.Milliseconds() {
		*o = Opens{Since: now.UnixMilli()}
	}
	if limit != 0 && o.Count >= limit {
		return false
	}
	o.Count++
	return true
}
