package events

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"xiaozhibo.dev/services/media/disk"
)

// Outbox keeps events on disk until they are delivered, one file each, and the pushes that
// have begun and not ended. It is safe for concurrent use.
//
// An event of a push is two files for a moment: the event, and the mark of a push that is online. The event is
// written first. If the process is killed between the two, a begin has no mark, and nothing ends that push by itself;
// the gateway's live_ttl does. An end leaves its mark, and is told a second time, which changes nothing.
type Outbox struct {
	pending string // folder
	online  string // folder

	mu   sync.Mutex // held while a file is written, so numbers are on disk in their order
	last uint64     // number that was given
}

// Kept is an event of the outbox with its place in the order. Numbers grow, over restarts as
// long as anything is kept.
type Kept struct {
	Number uint64
	Event  Event
}

// OpenOutbox returns the outbox in a folder, which it makes, and all it holds, in order. A
// push that had begun and whose end nobody saw is ended now, with an event.
func OpenOutbox(dir string, now int64) (*Outbox, []Kept, error) {
	o := &Outbox{pending: filepath.Join(dir, "events"), online: filepath.Join(dir, "online")}
	for _, folder := range []string{o.pending, o.online} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, nil, fmt.Errorf("outbox: %w", err)
		}
	}
	kept, err := o.load()
	if err != nil {
		return nil, nil, err
	}
	ended, err := o.endAll(now)
	return o, append(kept, ended...), err
}

// load reads what was not delivered. File names are numbers of one length, so a folder lists
// them in order.
func (o *Outbox) load() (kept []Kept, err error) {
	entries, err := os.ReadDir(o.pending) // in the order of their names
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	for _, entry := range entries {
		number, err := strconv.ParseUint(strings.TrimSuffix(entry.Name(), ".json"), 10, 64)
		if err != nil {
			continue // a file that was not written to its end
		}
		var event Event
		if err := disk.ReadJSON(filepath.Join(o.pending, entry.Name()), &event); err != nil {
			return nil, fmt.Errorf("outbox: %w", err)
		}
		kept, o.last = append(kept, Kept{number, event}), number
	}
	return kept, nil
}

// endAll ends pushes of a process that was killed: the gateway would list their sessions until
// their time is up.
func (o *Outbox) endAll(now int64) (ended []Kept, err error) {
	entries, err := os.ReadDir(o.online)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".json") {
			continue
		}
		var began Event
		if err := disk.ReadJSON(filepath.Join(o.online, entry.Name()), &began); err != nil {
			return nil, fmt.Errorf("outbox: %w", err)
		}
		kept, err := o.Add(Event{
			Type: Interrupted, StreamID: began.StreamID, Sequence: began.Sequence, EventTime: now,
			ErrCode: 2, ErrMsg: "the server was killed",
		})
		if err != nil {
			return nil, err
		}
		ended = append(ended, kept)
	}
	return ended, nil
}

// Add keeps an event. When it returns the event is on disk. The begin of a push also leaves a
// mark, which its end takes away, and which endAll finds.
func (o *Outbox) Add(event Event) (Kept, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := Kept{o.last + 1, event}
	if err := disk.WriteJSON(o.name(kept.Number), event); err != nil {
		return kept, fmt.Errorf("outbox: %w", err)
	}
	o.last = kept.Number
	mark := filepath.Join(o.online, event.Sequence+".json")
	switch event.Type {
	case Pushed:
		return kept, disk.WriteJSON(mark, event)
	case Interrupted:
		return kept, ignoreMissing(os.Remove(mark))
	default:
		return kept, nil
	}
}

// Remove forgets an event that was delivered or is not sent any more.
func (o *Outbox) Remove(number uint64) error { return ignoreMissing(os.Remove(o.name(number))) }

// name has 20 digits, as many as a number can have: names sort as their numbers do.
func (o *Outbox) name(number uint64) string {
	return filepath.Join(o.pending, fmt.Sprintf("%020d.json", number))
}

// ignoreMissing lets a file be removed twice.
func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
