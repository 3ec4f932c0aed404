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
//
// Two things are asked of an event: which push it is of, and whether it is older than what is
// known. Where a sequence tells, it decides, because clocks differ and sequences do not; and one
// that is over stays over, whatever comes later.

// pushBegan applies an event 1. Applied: it showed the session alive. The cases are in order:
// each relies on those before it.
func (a *Anchor) pushBegan(sequence string, at int64, now time.Time) streams.Verdict {
	latest := a.Push
	switch {
	case a.Forbidden > now.UnixMilli():
		return streams.UserBanned
	case at < seconds(a.Opened)-maxBehind: // of an earlier session
		return streams.Late
	case slices.Contains(a.EndedSequences, sequence):
		return streams.EndedPush
	case at < latest.At: // overtaken by a newer push, so that this one will never speak for the session
		if !latest.is(sequence) {
			a.finish(sequence)
		}
		return streams.Late
	case latest.is(sequence) && (sequence != "" || at == latest.At): // repeated
		if !a.Live() {
			return streams.Repeated
		}
		a.Alive = now.UnixMilli()
		return streams.Applied
	case at < seconds(a.SaidOffline)-a.behind(): // the anchor has taken leave since
		return streams.Late
	}
	a.finish(latest.Sequence)
	a.Push = LatestPush{Sequence: sequence, At: at}
	a.goOnline(now)
	return streams.Applied
}

// pushEnded applies an event 0. Applied: it ended the session. A pusher that reconnects begins
// its new push before the platform has noticed the end of the old one; so only the end of
// the latest push ends a session.
func (a *Anchor) pushEnded(sequence string, at int64, now time.Time) streams.Verdict {
	latest := a.Push
	another := a.Session.Online && latest.At != 0 && !latest.Over && !latest.is(sequence)
	switch {
	case another:
		a.finish(sequence)
		return streams.WrongSequence
	case slices.Contains(a.EndedSequences, sequence):
		return streams.Repeated
	case latest.is(sequence) && at < latest.At:
		return streams.Late
	}
	a.finish(sequence)
	switch {
	case !a.Session.Online:
		return streams.NotOnline
	case latest.is(sequence) && !latest.Over: // it speaks for the session
	case at < seconds(max(a.SaidOnline, a.Confirmed))-a.behind():
		return streams.Late // no push speaks for the session, only a word that is newer
	}
	a.end(now.UnixMilli(), streams.ByPlatform)
	return streams.Applied
}

// sayOnline takes the anchor's word that the session is online, which may have to wait
// for the platform's. A word that waits is remembered in WantsPush, for the story alone: the push
// lists the session with or without it.
func (a *Anchor) sayOnline(now time.Time, config Config) streams.Verdict {
	a.SaidOnline = now.UnixMilli()
	wasOnline := a.Session.Online
	switch {
	case !config.ListRequiresPush:
		a.goOnline(now)
	case a.pushed():
		a.goOnline(now)
		a.Push.Over = false // it speaks for the session again, and so does its end
	default:
		a.SaidOffline = 0 // the next push counts, whenever it began
		if a.Live() && !a.Session.Online {
			a.Alive = now.UnixMilli()
		}
		a.WantsPush = !a.Session.Online
	}
	switch {
	case !a.Session.Online:
		return streams.PushMissing
	case wasOnline:
		return streams.Repeated
	default:
		return streams.Applied
	}
}

// sayOffline takes the anchor's word that the session is over. It is remembered if there is
// nothing to end too: a push that began before it must not list the session afterwards.
func (a *Anchor) sayOffline(now time.Time) streams.Verdict {
	if a.SaidOffline != 0 {
		return streams.Repeated
	}
	a.SaidOffline, a.WantsPush = now.UnixMilli(), false
	if !a.Live() {
		return streams.NotOnline
	}
	a.end(a.SaidOffline, streams.ByClient)
	return streams.Applied
}

// pushed reports whether the platform has told of a push of this session and not of its
// end. Over alone does not say so: the anchor's own word ends a session whose push goes on. The end
// of a push without a sequence cannot be told once the session has ended.
func (a *Anchor) pushed() bool {
	latest := a.Push
	return latest.At != 0 && (!latest.Over || latest.Sequence != "" && !slices.Contains(a.EndedSequences, latest.Sequence))
}

// is reports whether this is the push of that sequence. Platforms that send no sequence have
// "" for all.
func (p LatestPush) is(sequence string) bool { return p.At != 0 && p.Sequence == sequence }

// seconds cuts milliseconds to the whole seconds that the platform tells.
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

// applyPush decides the verdict on an event, and tells it. An event without a time, or from too
// far ahead, is taken for one of now; what it said of its time stays in the story.
func (a *Anchor) applyPush(push streams.Push, now time.Time) streams.Verdict {
	at := push.At
	if at == 0 || at > now.Add(maxAhead).Unix() {
		at = now.Unix()
	}
	entry := streams.Entry{At: now.UnixMilli(), SentAt: push.At * 1000, Source: push.Source, ID: push.Sequence}
	if push.Began {
		entry.What, entry.Verdict = streams.PushBegan, a.pushBegan(push.Sequence, at, now)
	} else {
		entry.What, entry.Verdict = streams.PushEnded, a.pushEnded(push.Sequence, at, now)
	}
	if entry.Verdict == streams.Applied {
		a.heard(at, now)
	}
	a.tell(entry)
	return entry.Verdict
}
