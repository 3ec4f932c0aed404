// Package stream is the stream service: who is live and what was recorded.
//
// Service is what the gateway calls. Anchor is all that is known of one user, and has the
// rules: what an opening, a word of the anchor, a push of the platform, an operator and time
// make of a session. Store is what bbolt and Redis implement; they find, order and keep, and
// decide nothing. A call that changes something is one turn: Store.Update reads the user,
// the turn changes the anchor, and all of it is committed or none.
//
// The package knows no likes and no viewers. It gives each session a number that is higher
// than any before, and the counter and room services use it as a fence.
package stream

import (
	"cmp"
	"context"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// Service implements the contract on a Store. It keeps nothing itself, and is safe for
// concurrent use if its store is.
type Service struct {
	config Config
	store  Store
}

var _ streams.Service = (*Service)(nil)

// New returns the service on store, which stays the caller's to close.
func New(config Config, store Store) *Service {
	return &Service{config: config, store: store}
}

// Open implements streams.Service. It decides between three: the same group again while the
// session has not ended is a client's retry and changes texts only; a new user whose address
// has opened too many is refused; all else begins a session. A damaged record does
// not stop it: the user begins anew, as an anchor must be able to go live.
func (s *Service) Open(ctx context.Context, opening streams.Opening) (streams.Opened, error) {
	if err := opening.Check(); err != nil {
		return streams.Opened{}, err
	}
	opening.Source = cmp.Or(opening.Source, streams.Action)
	var opened streams.Opened // the change may still be writing it after an error
	_, err := s.change(ctx, opening.User, opening.Source, true, Reads{}, func(t *turn) (streams.Verdict, error) {
		opened.New = !t.Exists()
		if err := t.mayGoLive(); err != nil {
			return "", err
		}
		entry := streams.Entry{At: t.now.UnixMilli(), Source: opening.Source, What: streams.WentOpen, Verdict: streams.Applied}
		switch {
		case t.Live() && t.Session.Group == opening.Group:
			before := t.Session
			if t.describe(opening); before == t.Session {
				entry.Verdict = streams.Repeated
			}
		case opened.New && opening.KnownOnly:
			return "", apierr.New(apierr.TooMany, "too many new users from one address")
		case !t.Opens.mayOpen(t.now, s.config.MaxOpens):
			return "", apierr.New(apierr.TooMany, "user %q has opened %d rooms within an hour", opening.User, t.Opens.Count)
		default:
			if err := t.begin(opening); err != nil {
				return "", err
			}
		}
		t.tell(entry)
		opened.Session = t.Session
		return entry.Verdict, nil
	})
	if err != nil {
		return streams.Opened{}, err
	}
	return opened, nil
}

// SetStatus implements streams.Service. It is the word of the app, which is believed about its
// own session, unless the list requires a push.
func (s *Service) SetStatus(ctx context.Context, status streams.Status) error {
	status.Source = cmp.Or(status.Source, streams.Action)
	_, err := s.change(ctx, status.User, status.Source, false, Reads{}, func(t *turn) (streams.Verdict, error) {
		if !t.Exists() {
			return "", apierr.New(apierr.NotFound, "user %q has no room", status.User)
		}
		entry := streams.Entry{At: t.now.UnixMilli(), Source: status.Source}
		if status.Online {
			if err := t.mayGoLive(); err != nil {
				return "", err
			}
			entry.What, entry.Verdict = streams.WentOnline, t.sayOnline(t.now, s.config)
		} else {
			entry.What, entry.Verdict = streams.WentOffline, t.sayOffline(t.now)
		}
		t.tell(entry)
		return entry.Verdict, nil
	})
	return err
}

// ApplyPush implements streams.Service. What names nobody is a verdict and no error: the
// platform would send an event again that was answered with an error.
func (s *Service) ApplyPush(ctx context.Context, push streams.Push) (streams.Verdict, error) {
	push.Source = cmp.Or(push.Source, streams.Event)
	if len(push.Sequence) > streams.MaxID {
		return s.decide(push.Source, streams.Unusable), nil
	}
	user, err := s.store.UserOf(ctx, push.StreamID)
	if err != nil || user == "" {
		return s.unknown(push.Source, err)
	}
	return s.change(ctx, user, push.Source, false, Reads{}, func(t *turn) (streams.Verdict, error) {
		if !t.Exists() {
			return streams.Unknown, nil
		}
		return t.applyPush(push, t.now), nil
	})
}

// AddFile implements streams.Service. It finds its user by the stream id, even where the user
// has begun another session since: recordings are announced minutes after a broadcast.
func (s *Service) AddFile(ctx context.Context, file streams.File) (streams.Verdict, error) {
	file.Source = cmp.Or(file.Source, streams.Event)
	if !listable(file) {
		return s.decide(file.Source, streams.Unusable), nil
	}
	user, err := s.store.UserOf(ctx, file.StreamID)
	if err != nil || user == "" {
		return s.unknown(file.Source, err)
	}
	return s.change(ctx, user, file.Source, false, s.readsOf(file), func(t *turn) (streams.Verdict, error) {
		if t.gone {
			return streams.Unknown, nil
		}
		return t.addFile(file)
	})
}

// change carries out a change of what belongs to a user, and counts what came of it. The store
// may run it more than once, so it counts only after the commit. anew is as for update.
func (s *Service) change(ctx context.Context, user string, source streams.Source, anew bool, reads Reads, change func(*turn) (streams.Verdict, error)) (streams.Verdict, error) {
	var verdict streams.Verdict // the change may still be writing both after an error
	var made transition
	err := s.store.Update(ctx, user, reads, func(tx Tx) (err error) {
		made, err = s.update(tx, anew, func(t *turn) (err error) {
			verdict, err = change(t)
			return err
		})
		return err
	})
	if err != nil {
		return "", err
	}
	s.config.Sessions.count(made)
	return s.decide(source, verdict), nil
}

// decide counts a verdict, and returns it.
func (s *Service) decide(source streams.Source, verdict streams.Verdict) streams.Verdict {
	s.config.Sessions.decided(source, verdict)
	return verdict
}

// unknown is the verdict on what is about nobody, unless that could not be found out.
func (s *Service) unknown(source streams.Source, err error) (streams.Verdict, error) {
	if err != nil {
		return "", err
	}
	return s.decide(source, streams.Unknown), nil
}

// Sweep ends the sessions whose time has passed and frees what they occupy. It
// is to be called every few seconds; no answer depends on it. But the log of changes does:
// who follows it hears of a session that time has ended by the next sweep.
func (s *Service) Sweep(ctx context.Context) error { return s.store.Sweep(ctx) }
