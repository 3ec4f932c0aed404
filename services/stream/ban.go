package stream

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// SetBan implements streams.Service. The ban and the end of the user's session are one commit:
// whoever is banned from going live is listed at no moment after it.
func (s *Service) SetBan(ctx context.Context, ban streams.Ban) error {
	if err := ban.Check(); err != nil {
		return err
	}
	var made transition // the change may still be writing it after an error
	err := s.store.Update(ctx, ban.User, Reads{}, func(tx Tx) (err error) {
		ban.Since = tx.Now().UnixMilli()
		if made, err = s.applyBan(tx, ban); err != nil {
			return err
		}
		if !Holds(&ban, tx.Now()) {
			return tx.PutBan(nil)
		}
		return tx.PutBan(&ban)
	})
	if err == nil {
		s.config.Sessions.count(made)
	}
	return err
}

// Holds reports whether a ban keeps the user from anything at now. A ban is kept for a while
// after its time: stores ask this of every ban they show.
func Holds(ban *streams.Ban, now time.Time) bool {
	return ban != nil && ban.Until > now.UnixMilli() && (ban.GoingLive || ban.Rooms)
}

// applyBan notes at the anchor until when the user is banned from going live, and ends what
// goes on. With a damaged anchor nothing can go on. The ban itself is kept apart: it is there for a
// user who has no anchor yet, and it says more. The anchor has what lists and events ask for.
func (s *Service) applyBan(tx Tx, ban streams.Ban) (transition, error) {
	return s.update(tx, true, func(t *turn) error {
		t.Forbidden = 0
		if ban.GoingLive && ban.Until > t.now.UnixMilli() {
			t.Forbidden = ban.Until
			verdict := t.endBy(streams.ByBan, t.now)
			t.tell(streams.Entry{At: t.now.UnixMilli(), Source: streams.Operator, What: streams.WasBanned, Verdict: verdict})
		}
		return nil
	})
}

// mayGoLive is a Banned error for a user who is banned from going live. The record of a
// user says it; only one who has none is looked up.
func (t *turn) mayGoLive() error {
	if !t.Exists() {
		ban, err := t.tx.Ban()
		if err != nil {
			return err
		}
		if t.Forbidden = 0; Holds(ban, t.now) && ban.GoingLive {
			t.Forbidden = ban.Until
		}
	}
	if t.Forbidden > t.now.UnixMilli() {
		return apierr.New(apierr.Banned, "the user is banned from going live")
	}
	return nil
}

// Bans implements streams.Service.
func (s *Service) Bans(ctx context.Context, users []string) []combine.Result[*streams.Ban] {
	return s.store.Bans(ctx, users)
}

// ListBans implements streams.Service. The slice is the caller's.
func (s *Service) ListBans(ctx context.Context, query streams.BanQuery) ([]streams.Ban, error) {
	if err := query.Check(); err != nil {
		return nil, err
	}
	return s.store.ListBans(ctx, query)
}
