package events

import (
	"time"
)

// deliver tries until the event is answered, is given up, or the sender ends.
func (s *Sender) deliver(kept Kept) {
	for try := 1; ; try++ {
		err := s.send(kept.Event)
		switch {
		case err == nil:
			s.forget(kept)
			return
		case s.ctx.Err() != nil:
			return // the next process has it
		case try == s.options.Tries:
			s.giveUp(kept, err)
			return
		case try == 1:
			s.options.Log.Warn("an event was not answered and is sent again", "event", kept.Event.Name(), "stream", kept.Event.StreamID, "err", err)
		}
		if !s.pause(s.options.Every) {
			return
		}
	}
}

// giveUp ends the tries of an event, as the platform does. The event of a recording is tried again later. A session
// whose end is never told leaves the list when its time is up; a recording that is never told of would be in no list ever.
func (s *Sender) giveUp(kept Kept, err error) {
	s.options.Log.Error("an event was never answered", "event", kept.Event.Name(), "stream", kept.Event.StreamID,
		"tries", s.options.Tries, "again_later", kept.Event.Type == Recorded, "err", err)
	if kept.Event.Type != Recorded {
		s.forget(kept)
		return
	}
	s.each.Go(func() {
		if s.pause(s.options.Later) {
			s.queue(kept)
		}
	})
}

// forget takes an event off the disk. If that fails it is sent again by the next process, which
// the gateway bears: events come twice from platforms too.
func (s *Sender) forget(kept Kept) {
	if err := s.outbox.Remove(kept.Number); err != nil {
		s.options.Log.Error("an event that was delivered stays in the outbox", "err", err)
	}
}

// pause reports whether the time has passed; false means that the sender ends.
func (s *Sender) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}
