package storetest

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"pgregory.net/rapid"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/services/stream"
)

func (m *machine) update(t *rapid.T, user string, change func(stream.Tx) error) {
	if err := m.store.Update(t.Context(), user, stream.Reads{}, change); err != nil {
		t.Fatalf("Update(%q): %v", user, err)
	}
}

// session puts any anchor in place of the user's.
func (m *machine) session(t *rapid.T) {
	next := m.model.drawAnchor(t, m.clock.Now())
	user := next.Session.User
	var before, after stream.Anchor
	m.update(t, user, func(tx stream.Tx) (err error) {
		if before, err = tx.Anchor(); err != nil {
			return err
		}
		if err := tx.PutAnchor(next); err != nil {
			return err
		}
		after, err = tx.Anchor()
		return err
	})
	was := m.model.anchors[user]
	if !reflect.DeepEqual(before, was) || !reflect.DeepEqual(after, next) {
		t.Fatalf("the anchor was\n%+v, then\n%+v, want\n%+v and\n%+v", before, after, was, next)
	}
	m.model.putAnchor(next)
}

// file adds a file to a recording, or begins one.
func (m *machine) file(t *rapid.T) {
	recording, fileID := m.model.drawFile(t)
	from := recording.Start - int64(rapid.IntRange(0, 5).Draw(t, "before"))
	to := recording.Start + int64(rapid.IntRange(-1, 5).Draw(t, "after"))
	var before, after *stream.Recording
	var near []stream.Recording
	m.update(t, recording.User, func(tx stream.Tx) (err error) {
		if before, err = tx.Recording(fileID); err != nil {
			return err
		}
		if err := tx.PutRecording(stream.Recording{Recording: recording}, fileID); err != nil {
			return err
		}
		if near, err = tx.RecordingsFrom(from, to); err != nil {
			return err
		}
		after, err = tx.Recording(fileID)
		return err
	})
	if was := m.model.recording(recording.User, fileID); !reflect.DeepEqual(row(before), was) {
		t.Fatalf("under %q was %+v, want %+v", fileID, before, was)
	}
	m.model.putRecording(recording, fileID)
	m.noteRecorded(t, recording)
	if after == nil || after.Recording != recording {
		t.Fatalf("under %q is %+v, want %+v", fileID, after, recording)
	}
	if want := m.model.startingWithin(recording.User, from, to); !slices.EqualFunc(near, want, func(a stream.Recording, b streams.Recording) bool { return a.Recording == b }) {
		t.Fatalf("from %d to %d start %+v, want %+v", from, to, near, want)
	}
}

// row is what readers see of a recording, nil for none.
func row(r *stream.Recording) *streams.Recording {
	if r == nil {
		return nil
	}
	return &r.Recording
}

// noteRecorded keeps at the anchor when its latest recording ended, as the service does.
func (m *machine) noteRecorded(t *rapid.T, r streams.Recording) {
	a, known := m.model.anchors[r.User]
	if !known || a.Recorded >= r.End {
		return
	}
	a.Recorded = r.End
	m.update(t, r.User, func(tx stream.Tx) error { return tx.PutAnchor(a) })
	m.model.anchors[r.User] = a
}

// past keeps, reads and forgets the texts of earlier sessions.
func (m *machine) past(t *rapid.T) {
	user := m.model.drawUser(t)
	if _, known := m.model.anchors[user]; !known {
		return // a service keeps none of somebody unknown
	}
	session := int64(rapid.IntRange(1, 3).Draw(t, "session"))
	texts := stream.Texts{Title: rapid.StringN(1, 4, -1).Draw(t, "title")}
	drop := rapid.Bool().Draw(t, "drop")
	var before, after stream.Texts
	m.update(t, user, func(tx stream.Tx) (err error) {
		if before, err = tx.Past(session); err != nil {
			return err
		}
		put := func() error { return tx.PutPast(session, texts) }
		if drop {
			put = func() error { return tx.DropPast(session) }
		}
		if err := put(); err != nil {
			return err
		}
		after, err = tx.Past(session)
		return err
	})
	kept := m.model.past[user]
	if kept == nil {
		kept = map[int64]stream.Texts{}
		m.model.past[user] = kept
	}
	if was := kept[session]; before != was {
		t.Fatalf("the texts of session %d of %q were %+v, want %+v", session, user, before, was)
	}
	if kept[session] = texts; drop {
		delete(kept, session)
	}
	if is := kept[session]; after != is {
		t.Fatalf("the texts of session %d of %q are %+v, want %+v", session, user, after, is)
	}
}

// refuse makes a change that fails; the check after it finds nothing changed.
func (m *machine) refuse(t *rapid.T) {
	refusal := apierr.New(apierr.NotFound, "refused")
	err := m.store.Update(t.Context(), m.model.drawUser(t), stream.Reads{}, func(stream.Tx) error { return refusal })
	if !errors.Is(err, refusal) {
		t.Fatalf("Update: %v, want the change's own error", err)
	}
}

func (m *machine) wait(t *rapid.T) {
	m.clock.Move(time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms")) * time.Millisecond)
}

// restart is rare, as it takes longer than any other step.
func (m *machine) restart(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "rarely") == 0 {
		m.reopen()
	}
}

// sweep checks that what is due has been settled where it is kept: reads show it settled
// anyway, so it is looked at through a change.
func (m *machine) sweep(t *rapid.T) {
	if err := m.store.Sweep(t.Context()); err != nil {
		t.Fatalf("Sweep: %v", err)
	}
	user := m.model.drawUser(t)
	var got stream.Anchor
	m.update(t, user, func(tx stream.Tx) (err error) {
		got, err = tx.Anchor()
		return err
	})
	m.model.sweep(m.clock.Now())
	want := m.model.anchors[user]
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("after a sweep the anchor is\n%+v, want\n%+v", got, want)
	}
}
