// Package stream is the stream service: who is live and what was recorded.
package stream

import (
	"context"
	"errors"
	"reflect"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// Service implements the contract on a Store.
type Service struct {
	config Config
	store  Store
}

var _ streams.Service = (*Service)(nil)

// New returns the service on store, which stays the caller's to close.
func New(config Config, store Store) *Service {
	return &Service{config: config, store: store}
}

// Open implements streams.Service.
func (s *Service) Open(ctx context.Context, opening streams.Opening) (streams.Opened, error) {
	if err := opening.Check(); err != nil {
		return streams.Opened{}, err
	}
	var opened streams.Opened // the change may still be writing it after an error
	err := s.update(ctx, opening.User, Replaced, func(a *Anchor, tx Tx) error {
		opened.New = !a.Exists()
		switch {
		case a.Live() && a.Session.Group == opening.Group:
			a.describe(opening)
		case opened.New && opening.KnownOnly:
			return apierr.New(apierr.TooMany, "too many new users from one address")
		case !a.Opens.mayOpen(tx.Now(), s.config.MaxOpens):
			return apierr.New(apierr.TooMany, "user %q has opened %d rooms within an hour", opening.User, a.Opens.Count)
		default:
			if err := a.begin(tx, opening, s.config); err != nil {
				return err
			}
		}
		opened.Session = a.Session
		return nil
	})
	if err != nil {
		return streams.Opened{}, err
	}
	return opened, nil
}

// SetStatus implements streams.Service.
func (s *Service) SetStatus(ctx context.Context, status streams.Status) error {
	return s.update(ctx, status.User, ByClient, func(a *Anchor, tx Tx) error {
		switch {
		case !a.Exists():
			return apierr.New(apierr.NotFound, "user %q has no room", status.User)
		case status.Online:
			a.sayOnline(tx.Now(), s.config)
		case a.SaidOffline == 0:
			a.SaidOffline = tx.Now().UnixMilli()
			if a.Live() {
				a.end(a.SaidOffline)
			}
		}
		return nil
	})
}

// ApplyPush implements streams.Service.
func (s *Service) ApplyPush(ctx context.Context, push streams.Push) (streams.Verdict, error) {
	if len(push.Sequence) > streams.MaxID {
		return streams.Ignored, nil
	}
	user, err := s.store.UserOf(ctx, push.StreamID)
	if err != nil || user == "" {
		return streams.Unknown, err
	}
	var verdict streams.Verdict // the change may still be writing it after an error
	err = s.update(ctx, user, ByPlatform, func(a *Anchor, tx Tx) error {
		if verdict = streams.Unknown; a.Exists() {
			verdict = applyPush(a, push, tx.Now())
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return verdict, nil
}

// AddFile implements streams.Service.
func (s *Service) AddFile(ctx context.Context, file streams.File) (streams.Verdict, error) {
	if !listable(file) {
		return streams.Ignored, nil
	}
	if duration(file) < s.config.MinRecording {
		return streams.TooShort, nil
	}
	user, err := s.store.UserOf(ctx, file.StreamID)
	if err != nil || user == "" {
		return streams.Unknown, err
	}
	var verdict streams.Verdict // the change may still be writing it after an error
	err = s.store.Update(ctx, user, func(tx Tx) error {
		a, err := tx.Anchor()
		if err != nil {
			return err
		}
		switch {
		case a.Settle(tx.Now(), s.config):
			verdict = streams.Unknown
		case fromAhead(file, tx.Now()):
			verdict = streams.Ignored
		default:
			verdict = streams.Applied
			return addFile(tx, &a, file)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return verdict, nil
}

// Sessions implements streams.Service.
func (s *Service) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	return s.store.Sessions(ctx, users)
}

// Fences implements streams.Service.
func (s *Service) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return s.store.Fences(ctx, users)
}

// Recordings implements streams.Service.
func (s *Service) Recordings(ctx context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording] {
	return s.store.Recordings(ctx, keys)
}

// Pages implements streams.Service.
func (s *Service) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	return combine.Checked(queries, func(good []streams.Query) []combine.Result[streams.Page] {
		return s.store.Pages(ctx, good)
	})
}

// Sweep ends the sessions whose time has passed and frees what they occupy. It
// is to be called every few seconds; no answer depends on it.
func (s *Service) Sweep(ctx context.Context) error { return s.store.Sweep(ctx) }

// update changes a settled anchor. A session that ends by it, ends by that reason.
// An anchor that comes out as it was is not written.
func (s *Service) update(ctx context.Context, user string, by Reason, change func(*Anchor, Tx) error) error {
	var made transition // the change may still be writing it after an error
	err := s.store.Update(ctx, user, func(tx Tx) error {
		found, err := tx.Anchor()
		if errors.Is(err, ErrDamaged) && by == Replaced {
			// An opening begins anew, under a number above any before.
			found, err = Anchor{History: History{Latest: tx.Now().UnixMilli()}}, nil
		}
		if err != nil {
			return err
		}
		a := found
		a.Settle(tx.Now(), s.config)
		settled := a
		if err := change(&a, tx); err != nil {
			return err
		}
		made = transitionOf(&settled, &a, by)
		if found.Live() && !settled.Live() {
			made.ended = append(made.ended, Expired)
		}
		if !a.Exists() || reflect.DeepEqual(a, found) {
			return nil // what is forgotten is the sweeper's to delete
		}
		return tx.PutAnchor(a)
	})
	if err == nil {
		s.config.Sessions.count(made)
	}
	return err
}
