package events

import (
	"context"
	"errors"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// errTooOld is of a number after which changes are no longer kept.
var errTooOld = errors.New("changes after that number are no longer kept")

// follow reads the log to its end. It reports false where changes were missed: what comes
// next would not be all.
func (h *Hub) follow(ctx context.Context, f *feed, watched *watch) bool {
	for {
		_, last := f.span()
		changes, err := h.read(ctx, last)
		if err != nil {
			h.failed(ctx, "the log of changes cannot be read", err)
			return true
		}
		if !goesOn(changes, last) {
			h.failed(ctx, "the log of changes is another one, or older ones are gone: readers begin anew", errTooOld)
			return false
		}
		if len(changes.Changes) > 0 {
			rows, err := h.shownBy(ctx, changes.Changes)
			if err != nil {
				h.failed(ctx, "changed rows cannot be shown", err)
				return true
			}
			watched.note(changes.Changes, rows)
			f.changed(frames(changes.Changes, rows), changes.Changes[len(changes.Changes)-1].Number)
		}
		if len(changes.Changes) < changesLimit {
			f.read()
			return true
		}
	}
}

// goesOn reports whether a page has all that came after a number. In a log that was restored
// some numbers are left out: what other readers were told under them is no part of it.
func goesOn(page streams.ChangePage, after int64) bool {
	last := after + int64(len(page.Changes))
	if n := len(page.Changes); n > 0 {
		return page.Changes[n-1].Number == last
	}
	return page.Newest == last
}

// read reads the changes after a number.
func (h *Hub) read(ctx context.Context, after int64) (changes streams.ChangePage, err error) {
	defer apierr.Recover(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return h.changes.Changes(ctx, streams.ChangeQuery{After: after, Limit: changesLimit})
}

// reachBack extends the history so that it has all changes after a number: readers of a
// copy that has ended come from there. If it cannot, resume will say so.
func (h *Hub) reachBack(ctx context.Context, f *feed, number int64) error {
	f.back.Lock()
	defer f.back.Unlock()
	var told []frame
	for at := number; ; {
		after, _ := f.span()
		if at >= after {
			f.extend(told, number, at)
			return nil
		}
		changes, err := h.read(ctx, at)
		if err != nil {
			return err
		}
		if !goesOn(changes, at) || len(told) > historyLength || len(changes.Changes) == 0 {
			return errTooOld
		}
		rows, err := h.shownBy(ctx, changes.Changes)
		if err != nil {
			return err
		}
		told = append(told, frames(changes.Changes, rows)...)
		at = changes.Changes[len(changes.Changes)-1].Number
	}
}
