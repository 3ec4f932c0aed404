package webhook

import (
	"context"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// start begins the attempts that are due: one for each session, its oldest. The oldest that is not due yet holds up those
// behind it, so that a receiver never hears of an end before the begin. Sessions hold up no others, but
// at most parallel attempts are under way.
func (t *tenure) start(ctx context.Context) {
	now := t.now()
	if t.until.Sub(now) <= attemptTimeout {
		return // another copy may have the duty before it ends
	}
	first := map[order]bool{}
	for _, p := range t.state.Pending {
		change := t.changes[p.Number]
		order := orderOf(change)
		if first[order] {
			continue
		}
		first[order] = true
		if _, under := t.busy[order]; under || p.Next > now.UnixMilli() || len(t.busy) == parallel {
			continue
		}
		t.busy[order] = p.Number
		body := t.bodies[p.Number]
		t.work.Go(func() { t.results <- t.attempt(ctx, change, body) })
	}
}

// attempt makes the body, unless there is one, and sends it. It runs beside the tenure's goroutine, so it is handed what it
// needs of the tenure's fields. A panic becomes a result: without one the order would be busy for ever.
func (t *tenure) attempt(ctx context.Context, change *streams.Change, body []byte) (r result) {
	var err error
	defer func() {
		if err != nil {
			r = result{number: change.Number, outcome: unsent, why: err.Error()}
		}
	}()
	defer apierr.Recover(&err)
	if body == nil {
		asking, cancel := context.WithTimeout(ctx, patience)
		body, err = t.body(asking, change)
		cancel()
		if err != nil {
			return r
		}
	}
	r = t.deliver(ctx, change.Number, idOf(change), body)
	r.body = body
	return r
}
