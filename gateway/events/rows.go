package events

import (
	"context"
	"log/slog"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// The names of events.
const (
	listed  = "listed"
	changed = "changed"
	left    = "left"
)

// rowKey names a row of the list.
type rowKey struct {
	user   string
	fileID string // "" of a session
}

// keyOf returns the row that a change is about.
func keyOf(change *streams.Change) rowKey { return rowKey{user: change.User, fileID: change.FileID} }

// shown is a row that a change has put into the list, and what its numbers are kept under.
type shown struct {
	row    action.Listed
	target members.Key
}

// nameOf is the event that a change of a row becomes.
func nameOf(change *streams.Change) string {
	switch {
	case change.Kind == streams.SessionLeft, change.Kind == streams.RecordingRemoved:
		return left
	case change.Kind == streams.SessionListed, change.Kind == streams.RecordingListed && change.New:
		return listed
	default:
		return changed
	}
}

// frames makes events of changes, with the rows that are shown for them. Every change has a frame, an empty one if there is
// nothing to tell: the history must have each number.
func frames(changes []streams.Change, rows map[int64]shown) []frame {
	told := make([]frame, 0, len(changes))
	for i := range changes {
		change := &changes[i]
		fr := frame{number: change.Number, list: listOf(change.FileID)}
		name := nameOf(change)
		if name == left {
			fr.data = event(left, change.Number, departure(change))
		} else if row, there := rows[change.Number]; there {
			fr.data = event(name, change.Number, row.row.AppendJSON(nil))
		}
		told = append(told, fr)
	}
	return told
}

// shownBy makes the rows of changes, by their numbers. One that cannot be made, alone, is left
// out: it takes no other along.
func (h *Hub) shownBy(ctx context.Context, changes []streams.Change) (rows map[int64]shown, err error) {
	defer apierr.Recover(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	rows = map[int64]shown{}
	if err := h.show(ctx, changes, rows); err == nil {
		return rows, nil
	}
	for i := range changes {
		err := h.show(ctx, changes[i:i+1], rows)
		if apierr.CodeOf(err) == apierr.Unavailable {
			return nil, err
		}
		if err != nil {
			h.log.Log(ctx, slog.LevelError, "a row cannot be shown", "listener", "events", "change", changes[i].Number, "err", err)
		}
	}
	return rows, nil
}

// show adds the rows of changes.
func (h *Hub) show(ctx context.Context, changes []streams.Change, rows map[int64]shown) error {
	var page streams.Page
	var sessions, recordings []int64
	for _, change := range changes {
		switch {
		case change.Row != nil && change.Row.Online:
			page.Sessions, sessions = append(page.Sessions, *change.Row), append(sessions, change.Number)
		case change.Recording != nil:
			page.Recordings, recordings = append(page.Recordings, *change.Recording), append(recordings, change.Number)
		}
	}
	if len(sessions)+len(recordings) == 0 {
		return nil
	}
	listed, err := h.actions.Listed(ctx, page)
	if err != nil {
		return err
	}
	for i, number := range sessions {
		rows[number] = shown{listed[i], action.SessionOf(&page.Sessions[i])}
	}
	for i, number := range recordings {
		rows[number] = shown{listed[len(sessions)+i], action.RecordingOf(&page.Recordings[i])}
	}
	return nil
}
