package load

import (
	"context"
	"math/rand/v2"

	"xiaozhibo.dev/test/crowd/audience"
)

// worker has a connection, and carries out turns on it.
type worker struct {
	engine        *Engine
	line          *line
	tally         *Tally
	random        *rand.Rand
	body, address []byte
}

// take lets an actor act, and puts it back on the agenda.
func (w *worker) take(ctx context.Context, t turn) {
	now := w.engine.Now()
	action, body := t.actor.Act(now, w.body[:0])
	w.body = body
	if action != "" {
		w.tally.Wait.Add(now - t.handed)
		answer := w.send(ctx, t, action)
		t.actor.Hear(w.engine.Now(), answer)
	}
	w.engine.Add(t.actor)
}

// send sends the body that was made. A request without a reply is sent again once.
func (w *worker) send(ctx context.Context, t turn, action string) (answer audience.Answer) {
	w.address = t.actor.AppendAddress(w.address[:0])
	r := request{body: w.body, address: w.address, gzip: w.random.Float64() < w.engine.options.Gzip, fresh: w.random.Float64() < w.engine.options.Fresh}
	if r.fresh {
		w.tally.Fresh++
	}
	count := w.tally.of(action)
	got, err := w.line.post(ctx, r)
	if got.again {
		answer.Lost++
	}
	if err != nil {
		answer.Lost++
		w.tally.Resent++
		got, err = w.line.post(ctx, r)
	}
	count.Requests++
	count.Sent += int64(len(r.body))
	now := w.engine.Now()
	count.Latency.Add(now - t.due)
	if second := int(now.Seconds()); second < hour {
		w.engine.seconds[second].Add(1)
	}
	if err != nil {
		count.Unanswered++
		return answer
	}
	count.Received += int64(got.size)
	count.Values[got.value]++
	answer.Heard, answer.Value = true, got.value
	return answer
}
