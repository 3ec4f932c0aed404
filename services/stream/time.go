package stream

import (
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// hiddenTTL is how long a session that was never online is known, at least.
const hiddenTTL = 24 * time.Hour

// Wait is what an anchor's record waits for. Time alone changes a record in one of
// these ways; each record is in one of them. The letter is a part of keys on disk, so it never
// changes.
type Wait byte

// The waits, each from its own moment on.
const (
	Hidden Wait = 'h' // never online: since it was opened
	Alive  Wait = 'a' // not ended: since something last showed it alive
	Over   Wait = 'o' // ended: since then, or since the last recording left the list
)

// Waits lists them all.
var Waits = []Wait{Hidden, Alive, Over}

// Patience is how long after its moment a record is to be settled. A hidden session waits a day
// at least, even where live_ttl is short: an anchor may request a URL long before going live.
func (c Config) Patience(wait Wait) time.Duration {
	switch wait {
	case Hidden:
		return max(hiddenTTL, c.LiveTTL)
	case Alive:
		return c.LiveTTL
	default:
		return c.AnchorTTL
	}
}

// Since returns what the record waits for, and since when in Unix milliseconds.
func (c *Current) Since(config Config) (Wait, int64) {
	switch {
	case c.Exists() && c.FirstOnline == 0:
		return Hidden, c.Opened
	case c.Live():
		return Alive, c.Alive
	default:
		return Over, max(c.Ended, c.unlisted(config))
	}
}

// unlisted is when the last recording leaves the list, 0 without one.
func (c *Current) unlisted(config Config) int64 {
	if c.Recorded == 0 {
		return 0
	}
	return time.Unix(c.Recorded, 0).Add(config.RecordingWindow).UnixMilli()
}

// forgotten reports whether the session is to be answered as never known. A session that has
// not ended is never forgotten: it expires first. A hidden one has not ended either, but has shown
// nothing that anybody could miss.
func (c *Current) forgotten(now time.Time, config Config) bool {
	wait, since := c.Since(config)
	return wait != Alive && since+config.Patience(wait).Milliseconds() <= now.UnixMilli()
}

// expired reports whether nothing has shown the session alive for too long.
func (c *Current) expired(now time.Time, config Config) bool {
	return c.Alive+config.LiveTTL.Milliseconds() <= now.UnixMilli()
}

// Present returns the session as a reader sees it at now, nil if there is none. It does to a
// copy what Settle does to the record, so that no read depends on a sweep or on a write.
func (c *Current) Present(now time.Time, config Config) *streams.Session {
	expired := c.expired(now, config)
	ended := *c
	if ended.Live() && ended.FirstOnline != 0 && expired {
		ended.Ended = c.Alive + config.LiveTTL.Milliseconds()
	}
	if !ended.Exists() || ended.forgotten(now, config) {
		return nil
	}
	session := c.Session
	session.Online = session.Online && !expired
	session.Forbid = c.Forbidden > now.UnixMilli()
	return &session
}

// Settle does what time alone does to a record: it ends a session whose time has
// passed, and forgets one that has nothing to show. It reports whether the whole
// record, recordings included, can go. It runs before every change too: a change decides on
// the session as it is and not as it was written last.
func (a *Anchor) Settle(now time.Time, config Config) (gone bool) {
	a.heal(now)
	a.expire(now, config)
	return a.forget(now, config)
}

// expire ends a session whose time has passed. The end is when its time was up and not when
// that was noticed, so that it does not depend on when the sweep comes by.
func (a *Anchor) expire(now time.Time, config Config) {
	if !a.Live() || !a.expired(now, config) {
		return
	}
	a.end(a.Alive+config.LiveTTL.Milliseconds(), streams.Expired)
	a.tell(streams.Entry{At: a.Ended, Source: streams.Time, What: streams.WasExpired, Verdict: streams.Applied})
}

// forget forgets a session that has nothing to show. It reports whether the whole record,
// recordings included, can go. A hidden session goes alone where there are earlier sessions or
// recordings: the user is kept, as one whose session has ended when it was opened.
func (a *Anchor) forget(now time.Time, config Config) (gone bool) {
	if !a.forgotten(now, config) {
		return false
	}
	wasHidden := a.Exists() && a.FirstOnline == 0
	if a.Exists() {
		a.Session = streams.Session{User: a.Session.User, StreamID: a.Session.StreamID}
		a.Ended = max(a.Ended, a.Opened)
		a.EndReason, a.WantsPush, a.Recordings, a.Story = "", false, 0, Story{}
	}
	if wasHidden && (len(a.Past) > 0 || a.Recorded != 0) {
		return a.forgotten(now, config) // as one that ended then
	}
	return true
}

// tellForgotten ends a session that time has forgotten, unless it has ended before.
func (a *Anchor) tellForgotten(config Config) {
	wait, since := a.Since(config)
	at := since + config.Patience(wait).Milliseconds()
	if a.Live() {
		a.end(at, streams.Forgotten)
	}
	a.tell(streams.Entry{At: at, Source: streams.Time, What: streams.WasForgotten, Verdict: streams.Applied})
}

// heal takes back times that lie in the future: the clock had jumped ahead when
// they were kept, and has been put right since. Taken at their word they would keep
// a session listed, and events ignored, until they come.
func (a *Anchor) heal(now time.Time) {
	ms := now.UnixMilli()
	for _, at := range []*int64{&a.Opened, &a.FirstOnline, &a.Alive, &a.Ended, &a.SaidOnline, &a.SaidOffline, &a.Confirmed} {
		*at = min(*at, ms)
	}
	a.Session.Timestamp = min(a.Session.Timestamp, now.Unix())
	if a.Push.At > now.Add(maxAhead).Unix() {
		a.Push.At = now.Unix()
	}
	if ahead := now.Add(maxNumberAhead).UnixMilli(); a.Latest > ahead {
		a.Latest = ms
		if a.Exists() {
			a.Session.Number = ms
		}
	}
}
