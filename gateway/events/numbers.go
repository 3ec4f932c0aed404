package events

import (
	"context"
	"sync"
	"time"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

const (
	// reloadEvery is how often the rows whose numbers are told are taken from the list
	// anew: those beyond the limit come within it as others leave.
	reloadEvery = time.Minute
	// share is the part of the time, one in so many, that numbers are read in where that
	// takes long.
	share = 5
)

// watch tells the numbers of rows when they change. It asks for the numbers of all rows at once,
// so what it costs grows with the rows and not with the readers.
type watch struct {
	hub *Hub

	mu   sync.Mutex // run and note are of two goroutines. It is not held while a service is asked
	rows map[rowKey]*numbered
}

// newWatch knows no row until load or note.
func newWatch(h *Hub) *watch { return &watch{hub: h, rows: map[rowKey]*numbered{}} }

// run tells numbers until ctx ends.
func (w *watch) run(ctx context.Context, f *feed) {
	var loaded, recorded time.Time
	for {
		began := time.Now()
		if began.Sub(loaded) >= reloadEvery && w.load(ctx) == nil {
			loaded = began
		}
		w.tell(ctx, f, Live)
		if began.Sub(recorded) >= recordedEvery || f.waiting(Recorded) > 0 {
			recorded = began
			w.tell(ctx, f, Recorded)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(numbersEvery, (share-1)*time.Since(began))):
		}
	}
}

// tell reads the numbers of one list and tells those that have changed; and all of them if
// there are readers who know none.
func (w *watch) tell(ctx context.Context, f *feed, list Lists) {
	waiting := f.waiting(list)
	keys, targets := w.of(list)
	if len(keys) == 0 {
		return
	}
	likes, viewers, err := w.read(ctx, targets)
	if err != nil {
		w.hub.failed(ctx, "likes and viewers cannot be read", err)
		return
	}
	var changed, all []byte
	w.mu.Lock()
	for i, key := range keys {
		row := w.rows[key]
		if row == nil || row.target != targets[i] || likes[i].Err != nil || viewers[i].Err != nil {
			continue
		}
		if !row.told || row.likes != likes[i].Value || row.viewers != viewers[i].Value {
			row.likes, row.viewers, row.told = likes[i].Value, viewers[i].Value, true
			changed = appendNumbers(changed, key, row)
		}
		if waiting > 0 {
			all = appendNumbers(all, key, row)
		}
	}
	w.mu.Unlock()
	if len(changed)+len(all) > 0 {
		f.numbers(list, numbersEvent(changed), numbersEvent(all), waiting)
	}
}

// read asks for the numbers. The error is that of all of them.
func (w *watch) read(ctx context.Context, targets []members.Key) (likes []combine.Result[int64], viewers []combine.Result[int], err error) {
	defer apierr.Recover(&err)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	keys := make([]counters.Key, len(targets))
	for i, target := range targets {
		keys[i] = counters.Key(target)
	}
	likes = w.hub.actions.Counter.Get(ctx, keys)
	if err := combine.Whole(likes); err != nil {
		return nil, nil, err
	}
	viewers = w.hub.actions.Room.Sizes(ctx, targets)
	return likes, viewers, combine.Whole(viewers)
}

// appendNumbers appends what is told of one row.
func appendNumbers(dst []byte, key rowKey, row *numbered) []byte {
	before := `{"userid":`
	if len(dst) > 0 {
		before = `,{"userid":`
	}
	dst = envelope.AppendText(dst, before, key.user)
	dst = envelope.AppendText(dst, `,"fileid":`, key.fileID)
	dst = envelope.AppendInt(dst, `,"type":`, int64(listOf(key.fileID)-Live))
	dst = envelope.AppendInt(dst, `,"viewercount":`, int64(row.viewers))
	dst = envelope.AppendInt(dst, `,"likecount":`, row.likes)
	return append(dst, '}')
}

// numbersEvent returns the event that has rows, nil if there are none. It has no id: a reader
// that comes back is told all numbers anew.
func numbersEvent(rows []byte) []byte {
	if len(rows) == 0 {
		return nil
	}
	return event("numbers", -1, append(append([]byte(`{"numbers":[`), rows...), ']', '}'))
}
