package stream

import (
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

const (
	// maxAhead is how far the platform's clock may be ahead of ours. An event from
	// further ahead counts as one of now: taken at its word it would make every
	// later event an old one.
	maxAhead = time.Hour
	// maxBehind is how far, in seconds, the platform's clock may be behind ours.
	maxBehind = 60
)

// The platform repeats events and delivers them out of order. Its times are in
// whole seconds, so ours are cut to seconds before the two are compared.

// pushBegan applies an event 1. It reports whether it showed the session alive.
func (a *Anchor) pushBegan(sequence string, at int64, now time.Time) bool {
	latest := a.Push
	switch {
	case at < seconds(a.Opened)-maxBehind: // of an earlier session
		return false
	case slices.Contains(a.EndedSequences, sequence):
		return false
	case at < latest.At: // overtaken
		if !latest.is(sequence) {
			a.finish(sequence)
		}
		return false
	case latest.is(sequence) && (sequence != "" || at == latest.At): // repeated
		if !a.Live() {
			return false
		}
		a.Alive = now.UnixMilli()
		return true
	case at < seconds(a.SaidOffline)-a.behind(): // the anchor has taken leave since
		return false
	}
	a.finish(latest.Sequence)
	a.Push = LatestPush{Sequence: sequence, At: at}
	a.goOnline(now)
	return true
}

// pushEnded applies an event 0. It reports whether it ended the session.
func (a *Anchor) pushEnded(sequence string, at int64, now time.Time) bool {
	latest := a.Push
	if slices.Contains(a.EndedSequences, sequence) || latest.is(sequence) && at < latest.At {
		return false
	}
	a.finish(sequence)
	ends := at >= seconds(a.SaidOnline)-a.behind() // no push speaks for it, only the anchor's word
	if latest.At != 0 && !latest.Over {
		ends = latest.is(sequence)
	}
	if !a.Session.Online || !ends {
		return false
	}
	a.end(now.UnixMilli())
	return true
}

func (p LatestPush) is(sequence string) bool { return p.At != 0 && p.Sequence == sequence }

func seconds(ms int64) int64 { return ms / 1000 }

// heard learns from an event how far the platform's clock can be behind ours at
// most: an event is never told of before it happens, so the smallest difference
// between the two clocks that was ever seen is an upper bound.
func (a *Anchor) heard(at int64, now time.Time) {
	lag := min(max(now.Unix()-at, 0), maxBehind)
	if a.Lag == nil || lag < *a.Lag {
		a.Lag = &lag
	}
}

// behind is that bound in seconds, 0 while there is no evidence.
func (a *Anchor) behind() int64 {
	if a.Lag == nil {
		return 0
	}
	return *a.Lag
}

// applyPush decides the verdict on an event.
func applyPush(a *Anchor, push streams.Push, now time.Time) streams.Verdict {
	at := push.At
	if at == 0 || at > now.Add(maxAhead).Unix() {
		at = now.Unix()
	}
	var applied bool
	if push.Began {
		applied = a.pushBegan(push.Sequence, at, now)
	} else {
		applied = a.pushEnded(push.Sequence, at, now)
	}
	if !applied {
		return streams.Ignored
	}
	a.heard(at, now)
	return streams.Applied
}
