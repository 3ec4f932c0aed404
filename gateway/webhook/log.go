package webhook

import (
	"context"
	"slices"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// readLimit is how many changes are read at once.
const readLimit = 200

// load reads the state. The first time ever it begins with what happens from now on.
func (t *tenure) load(ctx context.Context) error {
	kept, err := t.bookmark(ctx)
	if err != nil {
		return err
	}
	t.version = kept.Version
	if kept.Version == 0 {
		page, err := t.read(ctx, 0)
		if err != nil {
			return err
		}
		t.state = state{Read: page.Newest}
		t.unsaved, t.urgent = true, true
		return nil
	}
	if t.state, err = readState(kept.Value); err != nil {
		return err
	}
	if off := t.state.Off; off != nil && off.Target != targetOf(t.config.URL) {
		t.log.InfoContext(ctx, "webhook_url is another one: webhooks are sent again")
		t.state.Off, t.unsaved = nil, true
	}
	return t.recall(ctx)
}

// recall reads the changes of pending webhooks again. They are in the order of their numbers but need not follow one another,
// so a page of the log has several of them, or one of them and much between.
func (t *tenure) recall(ctx context.Context) error {
	for at := 0; at < len(t.state.Pending); {
		page, err := t.read(ctx, t.state.Pending[at].Number-1)
		if err != nil {
			return err
		}
		for i := range page.Changes {
			t.changes[page.Changes[i].Number] = &page.Changes[i]
		}
		end := t.state.Pending[at].Number
		if n := len(page.Changes); n > 0 {
			end = max(end, page.Changes[n-1].Number)
		}
		for at < len(t.state.Pending) && t.state.Pending[at].Number <= end {
			at++
		}
	}
	t.keepKnown(ctx)
	return nil
}

// keepKnown drops the pending webhooks whose change is gone from the log, and the changes that were read
// between those that are pending.
func (t *tenure) keepKnown(ctx context.Context) {
	kept := map[int64]*streams.Change{}
	t.state.Pending = slices.DeleteFunc(t.state.Pending, func(p pending) bool {
		change := t.changes[p.Number]
		if change == nil || typeOf(change) == "" {
			t.miss(ctx, 1)
			return true
		}
		kept[p.Number] = change
		return false
	})
	t.changes = kept
}

// take reads the log on, as long as there is room. What is read becomes pending at once, and
// Read and Pending are saved together: a change is in the outbox or still in the log, never in
// neither.
func (t *tenure) take(ctx context.Context) {
	for len(t.state.Pending) < maxPending {
		page, err := t.read(ctx, t.state.Read)
		if err != nil {
			t.failed(ctx, "the log of changes cannot be read", err)
			return
		}
		t.place(ctx, page)
		for i := range page.Changes {
			change := &page.Changes[i]
			if len(t.state.Pending) == maxPending {
				return
			}
			t.state.Read, t.unsaved = change.Number, true
			if typeOf(change) != "" {
				t.state.Pending = append(t.state.Pending, pending{Number: change.Number})
				t.changes[change.Number] = change
			}
		}
		if len(page.Changes) < readLimit {
			return
		}
	}
}

// place moves Read to where the log can be read on: it may have forgotten what comes next, or be another log.
func (t *tenure) place(ctx context.Context, page streams.ChangePage) {
	switch {
	case page.Newest < t.state.Read: // the store was replaced
		t.log.WarnContext(ctx, "the log of changes is another one: webhooks begin with its newest change")
		t.state.Read, t.unsaved = page.Newest, true
	case page.Oldest-1 > t.state.Read:
		if t.state.Read > 0 { // else the log was empty until now: its first number is a moment, not 1
			t.miss(ctx, page.Oldest-1-t.state.Read)
		}
		t.state.Read = page.Oldest - 1
	}
}

// read reads the changes after a number, at most readLimit.
func (t *tenure) read(ctx context.Context, after int64) (page streams.ChangePage, err error) {
	defer apierr.Recover(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return t.options.Store.Changes(ctx, streams.ChangeQuery{After: after, Limit: readLimit})
}

// miss tells of changes that are gone before they were sent.
func (t *tenure) miss(ctx context.Context, n int64) {
	t.state.Missed += n
	t.unsaved = true
	t.metrics.missed(ctx, n)
	t.log.ErrorContext(ctx, "changes are gone that nobody was told of: changes-ttl of the stream service is too short", "changes", n)
}
