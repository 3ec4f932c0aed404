package webhook

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// Status is what an operator may want to know. Any copy can tell it.
type Status struct {
	Read    int64    `json:"read"`    // the last change that was looked at
	Pending int      `json:"pending"` // webhooks that wait
	Missed  int64    `json:"missed"`  // changes that were gone before they were read
	Off     *Off     `json:"off"`     // nil: webhooks are sent
	Dead    []Letter `json:"dead"`    // oldest first, at most 100
}

// Status returns how far the sending has come, as it was written last.
func (s *Sender) Status(ctx context.Context) (Status, error) {
	kept, err := s.kept(ctx)
	if err != nil {
		return Status{}, err
	}
	return Status{Read: kept.Read, Pending: len(kept.Pending), Missed: kept.Missed, Off: kept.Off, Dead: kept.Dead}, nil
}

// Resume sends again what a receiver did not want any more.
func (s *Sender) Resume(ctx context.Context) error {
	return s.change(ctx, func(kept *state) error { kept.Off = nil; return nil })
}

// Revive sends a dead letter again. NotFound if there is none with that number.
func (s *Sender) Revive(ctx context.Context, number int64) error {
	return s.change(ctx, func(kept *state) error {
		for i, letter := range kept.Dead {
			if letter.Number == number {
				kept.Dead = append(kept.Dead[:i:i], kept.Dead[i+1:]...)
				return kept.insert(pending{Number: number, Next: s.now().UnixMilli()})
			}
		}
		return apierr.New(apierr.NotFound, "no dead letter has the number %d", number)
	})
}

// change writes the state whoever sends: that copy goes on from what was written. Its version is what keeps the two from
// writing over each other: the one that has read an older one writes nothing, and reads again.
func (s *Sender) change(ctx context.Context, by func(*state) error) error {
	for range 10 {
		mark, err := s.bookmark(ctx)
		if err != nil {
			return err
		}
		kept, err := decode(mark)
		if err != nil {
			return err
		}
		if err := by(&kept); err != nil {
			return err
		}
		put, err := s.options.Store.PutBookmark(ctx, streams.Bookmark{Name: bookmark, Version: mark.Version, Value: kept.encode()})
		if err != nil || put.Written {
			return err
		}
		select { // the copy that sends writes twice a second at most
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(tick / 5):
		}
	}
	return apierr.New(apierr.Unavailable, "the state of webhooks changes too fast")
}

// kept returns the state as it was written last, by whichever copy.
func (s *Sender) kept(ctx context.Context) (state, error) {
	mark, err := s.bookmark(ctx)
	if err != nil {
		return state{}, err
	}
	return decode(mark)
}

// bookmark reads what was written last.
func (s *Sender) bookmark(ctx context.Context) (streams.Bookmark, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.options.Store.Bookmark(ctx, bookmark)
}

// decode reads a state out of its bookmark. A bookmark that was never written is the state of a
// site that has just begun.
func decode(mark streams.Bookmark) (state, error) {
	if mark.Version == 0 {
		return state{}, nil
	}
	return readState(mark.Value)
}
