package reconciled_test

import (
	"flag"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/platform/platformtest"
)

// passes lets time pass, and the others act.
func (w *world) passes(d time.Duration) {
	w.turn.Unlock()
	<-time.After(d)
	synctest.Wait()
	w.turn.Lock()
}

// dies ends a copy.
func (w *world) dies(end func()) {
	w.turn.Unlock()
	end()
	w.turn.Lock()
}

// acts lets an anchor do something, of which the service may or may not be told.
func (w *world) acts(r *room) {
	ctx := w.t.Context()
	switch w.IntN(6) {
	case 0: // another session
		r.group++
		w.must(w.stream.Open(ctx, streams.Opening{User: r.user, StreamID: r.id, Group: fmt.Sprint("g", r.group), Title: "t"}))
	case 1, 2:
		if r.group == 0 {
			return
		}
		w.pushes(r)
	case 3:
		w.ends(r)
	case 4:
		if r.group > 0 && !r.pushing { // an app that says so, and does not push
			w.must(0, w.stream.SetStatus(ctx, streams.Status{User: r.user, Online: true}))
		}
	case 5:
		if r.group > 0 {
			w.must(0, w.stream.SetStatus(ctx, streams.Status{User: r.user}))
			w.passes(time.Minute + time.Second) // a push of the same second is before or after, by clocks that differ
			r.said = r.pushing
		}
	}
}

// pushes begins a push, in place of the one there is.
func (w *world) pushes(r *room) {
	w.ends(r)
	w.passes(time.Duration(6+w.IntN(10)) * time.Second)
	w.begins(r, w.IntN(2) == 0)
}

// begins begins a push, which an event tells of or not.
func (w *world) begins(r *room, told bool) {
	at := w.clock("platform")()
	w.pushed.Push(r.id, at)
	r.pushing, r.said, r.sequence = true, false, r.sequence+1
	if told {
		w.event(r, true, at)
	}
}

// interrupts lets the anchor of a stream push, now and then, while the platform's answer that
// nobody does is on its way.
func (w *world) interrupts(id string) {
	for _, r := range w.rooms {
		if r.id == id && !r.pushing && w.IntN(3) == 0 {
			w.begins(r, true)
		}
	}
}

func (w *world) ends(r *room) {
	if !r.pushing {
		return
	}
	w.pushed.End(r.id)
	r.pushing, r.ended = false, time.Now()
	if w.IntN(2) == 0 {
		w.event(r, false, w.clock("platform")())
	}
}

// event tells of a push.
func (w *world) event(r *room, began bool, at time.Time) {
	verdict, err := w.stream.ApplyPush(w.t.Context(), streams.Push{StreamID: r.id, Sequence: fmt.Sprint("s", r.sequence), Began: began, At: at.Unix()})
	w.must(verdict, err)
	if began && verdict == streams.Applied {
		r.told = time.Now()
	}
}

func (w *world) must(_ any, err error) {
	if err != nil {
		w.t.Error(err)
	}
}

// troubles lets something go wrong.
func (w *world) troubles() {
	switch w.IntN(5) {
	case 0: // for fewer polls than end a session
		r := w.rooms[w.IntN(anchors)]
		w.lies[r.id] = 2
	case 1: // a gateway dies, and another one starts
		w.dies(w.copies[0])
		w.copies[0] = w.copy()
	case 2:
		w.down = !w.down
	}
}

// fault is what goes wrong with one call to the platform.
func (w *world) fault(string) platformtest.Fault {
	w.turn.Lock()
	defer w.turn.Unlock()
	if w.calm || w.IntN(3) > 0 {
		return platformtest.None
	}
	faults := []platformtest.Fault{platformtest.Late, platformtest.Reset, platformtest.Busy, platformtest.Internal, platformtest.Gateway, platformtest.Garbled}
	return faults[w.IntN(len(faults))]
}

// settles ends all trouble. Then the list must be true: three polls after the end of a push,
// with one more where the platform's list is old.
func (w *world) settles() {
	w.calm, w.down = true, false
	clear(w.lies)
	for _, r := range w.rooms {
		switch w.IntN(3) {
		case 0:
			if r.group > 0 {
				w.pushes(r)
			}
		case 1:
			w.ends(r)
		}
	}
	w.passes(15*time.Second + 4*poll + time.Second) // for a copy to take over, and the polls
	users := make([]string, anchors)
	for i, r := range w.rooms {
		users[i] = r.user
	}
	for i, result := range w.stream.Sessions(w.t.Context(), users) {
		r := w.rooms[i]
		if result.Err != nil {
			w.t.Error(result.Err)
			continue
		}
		switch listed := result.Value != nil && result.Value.Online; {
		case listed && !r.pushing:
			w.breaks("%s is shown live, and nobody pushes since %s", r.id, time.Since(r.ended))
		case !listed && r.pushing && !r.said && w.platform.ListLimit == 0 && // what is cut off the list is seen by nobody
			result.Value != nil && w.since(r) >= result.Value.Number/1000:
			w.breaks("%s is hidden, and somebody pushes", r.id)
		}
	}
}

// since is when the push of a room began, by the stream service's clock, less what clocks may
// differ: one of an earlier session lists no later one.
func (w *world) since(r *room) int64 {
	for _, one := range w.pushed.All() {
		if one.ID == r.id {
			return one.Since + int64((w.ahead["stream"] - w.ahead["platform"]).Seconds()) - 60
		}
	}
	return 0
}

var (
	firstSeed = flag.Uint64("seed", 0, "the first seed")
	seeds     = flag.Uint64("seeds", 100, "how many seeds to run, from the first on")
)

func TestTheListIsTrueWhateverIsLostOrLiedAbout(t *testing.T) {
	t.Parallel()
	for seed := *firstSeed; seed < *firstSeed+*seeds; seed++ {
		if broken := run(t, seed, plant{}); broken != "" {
			t.Fatalf("seed %d: %s", seed, broken)
		}
	}
}
