package webhook

import (
	"context"
	"log/slog"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// How loudly failures are told: our own, and those of the receiver.
const (
	levelOfOurs   = slog.LevelError
	levelOfTheirs = slog.LevelWarn
)

// unsentPause is after what is our own fault.
const unsentPause = 5 * time.Second

// apply does what the result of an attempt means.
func (t *tenure) apply(ctx context.Context, r result) {
	change := t.changes[r.number]
	delete(t.busy, orderOf(change))
	t.metrics.attempted(ctx, typeOf(change), r.outcome)
	at := t.state.find(r.number)
	p := &t.state.Pending[at]
	t.unsaved = true
	t.urgent = t.urgent || r.outcome == taken || r.outcome == gone
	switch r.outcome {
	case taken:
		t.forget(r.number)
		t.metrics.delivered(ctx, t.now().Sub(time.UnixMilli(change.At)))
		t.up()
	case unsent:
		p.Next = t.now().Add(unsentPause).UnixMilli()
		if ctx.Err() == nil {
			t.often.Log(ctx, levelOfOurs, "a webhook cannot be made", "why", r.why)
		}
	case gone:
		t.state.Off = &Off{At: t.now().UnixMilli(), Target: targetOf(t.config.URL)}
		t.log.ErrorContext(ctx, "the receiver of webhooks has answered 410, so it is told no more: set another webhook_url, or resume")
	case down, refused:
		if ctx.Err() == nil { // else we hung up, and the attempt says nothing of the receiver
			t.countFailure(p, r)
			t.retryOrBury(ctx, p, change, r)
		}
	}
}

// countFailure notes an attempt that was not taken. Its body is kept: the next attempt sends the same bytes, with the numbers
// of the first, as a receiver may have taken that without our hearing of it.
func (t *tenure) countFailure(p *pending, r result) {
	p.Attempts++
	t.bodies[r.number] = r.body
	if r.outcome == down {
		t.downs++
		t.foundDown[r.number] = true
	}
}

// retryOrBury gives a webhook its next turn, or gives it up when it is too old.
func (t *tenure) retryOrBury(ctx context.Context, p *pending, change *streams.Change, r result) {
	now := t.now()
	if now.Sub(time.UnixMilli(change.At)) < t.config.RetryFor {
		p.Next = now.Add(pause(p.Attempts, r.retryAfter)).UnixMilli()
		t.often.Log(ctx, levelOfTheirs, "a webhook was not taken", "type", typeOf(change), "id", idOf(change),
			"attempts", p.Attempts, "why", r.why, "next", time.UnixMilli(p.Next))
		return
	}
	letter := Letter{
		Number: p.Number, ID: idOf(change), Type: typeOf(change), User: change.User, At: change.At,
		Died: now.UnixMilli(), Attempts: p.Attempts, Why: r.why,
	}
	t.state.bury(letter)
	t.urgent = true
	t.forget(letter.Number) // p is another one's place now
	t.metrics.died(ctx, letter.Type)
	t.log.ErrorContext(ctx, "a webhook is given up: it is a dead letter now", "type", letter.Type, "id", letter.ID, "number", letter.Number,
		"user", letter.User, "attempts", letter.Attempts, "why", letter.Why)
}

// up sends what had found the receiver down, now that it is not. Only after an outage: one
// webhook that is answered like this alone keeps its pauses.
func (t *tenure) up() {
	if t.downs >= outage {
		now := t.now().UnixMilli()
		for i := range t.state.Pending {
			if p := &t.state.Pending[i]; t.foundDown[p.Number] {
				p.Next = min(p.Next, now)
			}
		}
		clear(t.foundDown)
	}
	t.downs = 0
}

// forget drops what is known of a webhook that is not pending any more.
func (t *tenure) forget(number int64) {
	t.state.drop(number)
	delete(t.changes, number)
	delete(t.bodies, number)
	delete(t.foundDown, number)
}
