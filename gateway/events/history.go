package events

import (
	"slices"
)

// Bounds of the history.
const (
	// historyLength is how many changes back a reader can go on without a snapshot, and
	// historyBytes what they may take.
	historyLength = 4096
	historyBytes  = 8 << 20
)

// forget drops the oldest changes that are too many. f.mu is held.
func (f *feed) forget() {
	n := 0
	for ; len(f.history)-n > historyLength || f.past > historyBytes; n++ {
		f.after = f.history[n].number
		f.past -= len(f.history[n].data)
	}
	f.history = f.history[n:]
}

// extend puts changes before those of the history: all that come after number, up to one
// that must not be before those of the history. Those that are in it already are left out of frames, which is changed by it.
func (f *feed) extend(frames []frame, number, upTo int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if upTo < f.after {
		return // the history has moved on meanwhile
	}
	frames = slices.DeleteFunc(frames, func(fr frame) bool { return fr.number > f.after })
	f.history = append(frames, f.history...)
	f.past += size(frames)
	f.after = min(f.after, number)
	f.forget()
}

// resume returns the changes after number, and the place from which on the queue goes on.
// It reports false where the number is not one of those that are kept. Both are of one moment: what is told in between would
// be missed, or told twice. It also counts the reader among those that know no numbers of its lists.
func (f *feed) resume(number int64, lists Lists) (changes []frame, at int64, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if number < f.after || number > f.last {
		return nil, 0, false
	}
	from, _ := slices.BinarySearchFunc(f.history, number+1, func(fr frame, n int64) int { return int(fr.number - n) })
	for _, list := range []Lists{Live, Recorded} {
		if lists&list != 0 {
			f.fresh[list]++
		}
	}
	return f.history[from:], f.base + int64(len(f.queue)), true
}

// span returns what the history reaches from and to.
func (f *feed) span() (after, last int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.after, f.last
}
