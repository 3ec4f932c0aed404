package stream

import (
	"errors"
	"reflect"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// turn is one change of what belongs to a user: the anchor as it is settled now, and what is to
// be written with it. What it has to write besides the anchor, it writes at its end: a change
// that is refused has written nothing. It is for one run of a change.
type turn struct {
	*Anchor
	tx     Tx
	now    time.Time
	config Config
	known  Current // as note has seen it last
	gone   bool    // time has settled that the whole record can go

	changes   []streams.Change
	summaries []Ended
	resumed   []int64 // sessions that have no summary any more
	puts      []recordingPut
	made      transition
}

// newTurn begins a turn. It changes a in place.
func newTurn(tx Tx, a *Anchor, config Config) *turn {
	return &turn{Anchor: a, tx: tx, now: tx.Now(), config: config, known: a.Current}
}

// settle does what time alone does, and notes each step as if it had happened by itself: an end
// by expiry is told and kept even where the change that follows begins another session.
func (t *turn) settle() {
	t.heal(t.now)
	t.known = t.Current // a number that was healed is no other session
	t.expire(t.now, t.config)
	t.note()
	before := *t.Anchor
	if t.gone = t.forget(t.now, t.config); before.Exists() && !t.Exists() {
		if before.Live() {
			t.made.ended = append(t.made.ended, streams.Forgotten)
		}
		before.tellForgotten(t.config)
		t.keepSummary(&before)
		t.known = t.Current
	}
}

// note writes down what has become of the session since the last time: what changed in the
// list, and whether it has ended.
func (t *turn) note() {
	before, after := &t.known, &t.Current
	ended := before.Live() && !after.Live()
	if ended {
		t.made.ended = append(t.made.ended, t.EndReason)
		t.keepSummary(t.Anchor)
	}
	if before.Exists() && !before.Live() && after.Live() {
		t.made.resumed++
		t.resumed = append(t.resumed, after.Session.Number)
	}
	change := streams.Change{User: after.Session.User, Session: after.Session.Number}
	switch {
	case before.Session.Online && !after.Session.Online:
		summary := t.summary().Summary
		change.Kind, change.Reason, change.Summary = streams.SessionLeft, t.EndReason, &summary
	case !before.Session.Online && after.Session.Online:
		change.Kind, change.New, change.Row = streams.SessionListed, before.FirstOnline == 0, t.row()
	case after.Session.Online && before.Session != after.Session:
		change.Kind, change.Row = streams.SessionChanged, t.row()
	}
	if change.Kind != "" {
		t.changes = append(t.changes, change)
	}
	t.known = *after
}

// row is the session as it is now.
func (t *turn) row() *streams.Session {
	session := t.Session
	return &session
}

// keepSummary keeps a session that is over, instead of what was to be kept of it.
func (t *turn) keepSummary(a *Anchor) {
	summary := a.summary()
	for i, other := range t.summaries {
		if other.Session == summary.Session {
			t.summaries[i] = summary
			return
		}
	}
	t.summaries = append(t.summaries, summary)
}

// write writes all but the anchor. Summaries are dropped first: what the same turn puts
// for that session stays.
func (t *turn) write() error {
	for _, session := range t.resumed {
		if err := t.tx.DropSummary(session); err != nil {
			return err
		}
	}
	for _, summary := range t.summaries {
		if err := t.tx.PutSummary(summary); err != nil {
			return err
		}
	}
	for _, put := range t.puts {
		if err := t.tx.PutRecording(put.recording, put.fileID); err != nil {
			return err
		}
	}
	for _, change := range t.changes {
		change.At = t.now.UnixMilli()
		if err := t.tx.PutChange(change); err != nil {
			return err
		}
	}
	return nil
}

// Settled is what a sweep has made of an anchor.
type Settled struct {
	Anchor Anchor
	Gone   bool // the whole record can go
	made   transition
}

// Count counts the sessions that have ended. The end must be committed.
func (s Settled) Count(config Config) { config.Sessions.count(s.made) }

// Settle does what time has done to a user, for a store that sweeps: the anchor that it
// returns is the store's to keep or to delete. It has written everything else through tx. A
// user of whom nothing is kept is the zero Settled. ErrDamaged is the store's to handle.
func Settle(tx Tx, config Config) (settled Settled, err error) {
	if settled.Anchor, err = tx.Anchor(); err != nil || settled.Anchor.Session.User == "" {
		return settled, err
	}
	t := newTurn(tx, &settled.Anchor, config)
	t.settle()
	settled.Gone, settled.made = t.gone, t.made
	return settled, t.write()
}

// update changes a settled anchor. An anchor that comes out as it was is not written.
// Damage is no error where anew is set: then all begins anew, under a number above any
// before.
func (s *Service) update(tx Tx, anew bool, change func(*turn) error) (made transition, err error) {
	found, err := tx.Anchor()
	if errors.Is(err, ErrDamaged) && anew {
		found, err = Anchor{History: History{Latest: tx.Now().UnixMilli()}}, nil
	}
	if err != nil {
		return made, err
	}
	a := found
	t := newTurn(tx, &a, s.config)
	t.settle()
	if err := change(t); err != nil {
		return made, err
	}
	t.note()
	if t.gone && !a.Exists() {
		return made, nil // what is forgotten is the sweeper's to delete
	}
	if err := t.write(); err != nil || a.Session.User == "" || a.Current == found.Current && reflect.DeepEqual(a.History, found.History) {
		return t.made, err
	}
	return t.made, tx.PutAnchor(a)
}
