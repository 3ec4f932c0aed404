package events

import (
	"context"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// numbered is a row with its numbers as they were told last. They mean nothing until told is true.
type numbered struct {
	target  members.Key
	likes   int64
	viewers int
	told    bool
}

// load takes the rows from the list. Numbers that were told stay told, unless the row is of another session now: likes begin
// anew then.
func (w *watch) load(ctx context.Context) (err error) {
	defer apierr.Recover(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	rows, err := w.listed(ctx)
	if err != nil {
		w.hub.failed(ctx, "the list cannot be read", err)
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for key, row := range rows {
		if old := w.rows[key]; old != nil && old.target == row.target {
			*row = *old
		}
	}
	w.rows = rows
	return nil
}

// listed returns the rows of the list whose numbers are told, none of which is told yet.
func (w *watch) listed(ctx context.Context) (map[rowKey]*numbered, error) {
	rows := map[rowKey]*numbered{}
	for _, list := range []Lists{Live, Recorded} {
		page, err := w.hub.page(ctx, list)
		if err != nil {
			return nil, err
		}
		for i := range page.Sessions {
			rows[rowKey{user: page.Sessions[i].User}] = &numbered{target: action.SessionOf(&page.Sessions[i])}
		}
		for i := range page.Recordings {
			r := &page.Recordings[i]
			rows[rowKey{user: r.User, fileID: r.FileID}] = &numbered{target: action.RecordingOf(r)}
		}
	}
	return rows, nil
}

// note begins with the numbers of rows that have appeared, and ends with those that left.
func (w *watch) note(changes []streams.Change, rows map[int64]shown) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range changes {
		change := &changes[i]
		row, there := rows[change.Number]
		switch {
		case nameOf(change) == left:
			delete(w.rows, keyOf(change))
		case there && len(w.rows) < 4*w.hub.rows: // the next load has no more than it should
			w.rows[keyOf(change)] = &numbered{target: row.target}
		}
	}
}

// of returns the rows of one list, and in the same order what their numbers are kept under. They are copies: what note does
// meanwhile is found out by comparing the target.
func (w *watch) of(list Lists) (keys []rowKey, targets []members.Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for key, row := range w.rows {
		if listOf(key.fileID) == list {
			keys, targets = append(keys, key), append(targets, row.target)
		}
	}
	return keys, targets
}
