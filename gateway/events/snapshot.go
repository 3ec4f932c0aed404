package events

import (
	"context"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/libs/apierr"
)

// snapshotAge is how old a snapshot may be for another reader: many come at once when
// another copy has ended.
const snapshotAge = time.Second

// snapshot is the list at one moment.
type snapshot struct {
	number int64 // the latest change that is in it
	made   time.Time
	event  []byte
}

// snapshot returns a snapshot of lists, of one moment. One that was made for another reader is good enough if it is young and
// the changes since are in the history.
func (h *Hub) snapshot(ctx context.Context, f *feed, lists Lists) (snapshot, error) {
	f.making.Lock()
	defer f.making.Unlock()
	after, _ := f.span()
	if made, known := f.snapshots[lists]; known && made.number >= after && time.Since(made.made) < snapshotAge {
		return made, nil
	}
	made, err := h.makeSnapshot(ctx, lists)
	if err != nil {
		return snapshot{}, err
	}
	f.snapshots[lists] = made
	h.metrics.snapshot(ctx)
	return made, nil
}

// makeSnapshot reads the first rows of lists and makes the event of them. Its number is of the
// same moment as the rows.
func (h *Hub) makeSnapshot(ctx context.Context, lists Lists) (made snapshot, err error) {
	defer apierr.Recover(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	page, err := h.page(ctx, lists)
	if err != nil {
		return made, err
	}
	listed, err := h.actions.Listed(ctx, page)
	if err != nil {
		return made, err
	}
	made.number, made.made = page.Change, time.Now()
	made.event = event("snapshot", made.number, action.AppendList(nil, page.Total, listed))
	return made, nil
}
