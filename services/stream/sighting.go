package stream

import (
	"cmp"
	"context"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

// confirmsInTTL is how many times within LiveTTL a session that is online is confirmed at
// most. More would be a write for each room and poll, and say nothing.
const confirmsInTTL = 24

// samePush is by how many seconds the platform may tell of the begin of one push differently,
// in its event and when it is asked.
const samePush = 5

// A sighting is what somebody says who has asked the platform or has looked: it names the
// moment of asking, because the answer may be old when it comes here.

// Confirm implements streams.Service.
func (s *Service) Confirm(ctx context.Context, sighting streams.Sighting) (streams.Verdict, error) {
	return s.sight(ctx, sighting, streams.Confirmed, func(t *turn, asked int64) streams.Verdict {
		return t.confirm(asked, sighting.Since, t.now, s.config)
	})
}

// Deny implements streams.Service.
func (s *Service) Deny(ctx context.Context, sighting streams.Sighting) (streams.Verdict, error) {
	return s.sight(ctx, sighting, streams.Refuted, func(t *turn, asked int64) streams.Verdict {
		return t.deny(asked, t.now)
	})
}

// End implements streams.Service.
func (s *Service) End(ctx context.Context, ending streams.Ending) (streams.Verdict, error) {
	sighting := streams.Sighting{User: ending.User, Session: ending.Session, Source: cmp.Or(ending.Source, streams.Operator)}
	return s.sight(ctx, sighting, streams.EndedBy, func(t *turn, _ int64) streams.Verdict {
		return t.endBy(streams.ByOperator, t.now)
	})
}

// sight applies what somebody says of a session that the sighting names, and tells it.
func (s *Service) sight(ctx context.Context, sighting streams.Sighting, what streams.What, apply func(t *turn, asked int64) streams.Verdict) (streams.Verdict, error) {
	if err := sighting.Check(); err != nil {
		return "", err
	}
	user := sighting.User
	if user == "" {
		var err error
		if user, err = s.store.UserOf(ctx, sighting.StreamID); err != nil || user == "" {
			return s.unknown(sighting.Source, err)
		}
	}
	return s.change(ctx, user, sighting.Source, false, Reads{}, func(t *turn) (streams.Verdict, error) {
		now := t.now.UnixMilli()
		asked := min(cmp.Or(sighting.Asked, now), now)
		switch {
		case !t.Exists():
			return streams.Unknown, nil
		case sighting.Session != 0 && sighting.Session != t.Session.Number:
			return streams.Late, nil
		}
		verdict := apply(t, asked)
		if what != streams.Confirmed || verdict != streams.Repeated {
			t.tell(streams.Entry{At: now, SentAt: sighting.Asked, Source: sighting.Source, What: what, Verdict: verdict})
		}
		return verdict, nil
	})
}

// confirm takes a word that the session was online when somebody asked, by a push that began
// at a time of the platform, 0 if that is not known. It resumes a session that ended for want
// of such a word, or by a push that is newer than all that was told of, and no other.
func (a *Anchor) confirm(asked, since int64, now time.Time, config Config) streams.Verdict {
	wanted := a.EndReason == streams.Expired || a.EndReason == streams.Denied
	switch {
	case a.Forbidden > now.UnixMilli():
		return streams.UserBanned
	case asked < a.Opened:
		return streams.Late
	case a.Session.Online && asked < a.Alive+config.LiveTTL.Milliseconds()/confirmsInTTL:
		return streams.Repeated
	case !a.Session.Online && since != 0 && since < seconds(a.Opened)-maxBehind: // of an earlier session
		return streams.Late
	case a.SaidOffline != 0 && since < seconds(a.SaidOffline)-a.behind(): // the anchor has taken leave since
		return streams.Late
	case !a.Live() && (asked < a.Ended || !wanted && since <= a.Push.At+samePush):
		return streams.NotOnline
	}
	a.Confirmed = asked
	if a.Session.Online {
		a.Alive = max(a.Alive, asked)
	} else {
		a.goOnline(now)
	}
	return streams.Applied
}

// deny takes a word that the session was not online when somebody asked. Whatever has shown it
// alive since then is newer, and counts. How often it must be said before it is told here is for
// whoever asks the platform to decide.
func (a *Anchor) deny(asked int64, now time.Time) streams.Verdict {
	switch {
	case !a.Session.Online:
		return streams.NotOnline
	case a.Alive >= asked:
		return streams.Late
	}
	a.end(now.UnixMilli(), streams.Denied)
	return streams.Applied
}

// endBy ends the session because an operator wants it. What was sent before then does not
// resume it, as if the anchor had taken leave.
func (a *Anchor) endBy(reason streams.Reason, now time.Time) streams.Verdict {
	if !a.Live() {
		return streams.NotOnline
	}
	a.SaidOffline = now.UnixMilli()
	a.end(a.SaidOffline, reason)
	return streams.Applied
}
