package simulation_test

import (
	"context"
	"errors"
	"slices"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/test/simulation"
)

var catalogueFaults = map[string]simulation.Plant{
	"the first recording after the live rooms is left out": pagePlant(withoutFirstRecording),
	"the total is that of the live rooms":                  pagePlant(liveTotal),
	"rooms of one second stand in the wrong order":         pagePlant(tiesReversed),
	"rooms are answered in the wrong order": cataloguePlant(func(s stream.Store) stream.Store {
		return mixedUp{s}
	}),
	"a recording is found by one of its files only": cataloguePlant(func(s stream.Store) stream.Store {
		return firstFile{s}
	}),
	"some changes are not kept":                       cataloguePlant(func(s stream.Store) stream.Store { return &fewChanges{Store: s} }),
	"a recording is named after the session of today": anchorPlant(func(a *stream.Anchor) { a.Past = nil }),
	"what has ended is forgotten":                     anchorPlant(func(a *stream.Anchor) { a.EndedSequences = nil }),
	"his word that he is online is forgotten":         anchorPlant(func(a *stream.Anchor) { a.SaidOnline = 0 }),
	"when he left is forgotten":                       anchorPlant(func(a *stream.Anchor) { a.SaidOffline = 0 }),
	"when he was first online is forgotten":           anchorPlant(func(a *stream.Anchor) { a.FirstOnline = 0 }),
	"sessions are numbered anew":                      anchorPlant(func(a *stream.Anchor) { a.Session.Number = min(a.Session.Number, 7) }),
}

func cataloguePlant(plant func(stream.Store) stream.Store) simulation.Plant {
	return simulation.Plant{StreamStore: plant}
}

// pagePlant damages every page.
func pagePlant(damage func(q streams.Query, page *streams.Page)) simulation.Plant {
	return cataloguePlant(func(s stream.Store) stream.Store { return damagedPages{s, damage} })
}

type damagedPages struct {
	stream.Store
	damage func(q streams.Query, page *streams.Page)
}

func (s damagedPages) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	pages := s.Store.Pages(ctx, queries)
	for i := range pages {
		s.damage(queries[i], &pages[i].Value)
	}
	return pages
}

func withoutFirstRecording(q streams.Query, page *streams.Page) {
	if q.Live && len(page.Sessions) > 0 && len(page.Recordings) > 0 {
		page.Recordings = page.Recordings[1:]
	}
}

func liveTotal(q streams.Query, page *streams.Page) {
	if q.Live && q.Recorded {
		page.Total = len(page.Sessions)
	}
}

func tiesReversed(_ streams.Query, page *streams.Page) {
	for i := 1; i < len(page.Sessions); i++ {
		if page.Sessions[i].Timestamp == page.Sessions[i-1].Timestamp {
			page.Sessions[i], page.Sessions[i-1] = page.Sessions[i-1], page.Sessions[i]
		}
	}
}

type mixedUp struct{ stream.Store }

func (s mixedUp) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	sessions := s.Store.Sessions(ctx, users)
	slices.Reverse(sessions)
	return sessions
}

func (s mixedUp) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return streams.FencesOf(s.Sessions(ctx, users))
}

type firstFile struct{ stream.Store }

func (s firstFile) Recordings(ctx context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording] {
	found := s.Store.Recordings(ctx, keys)
	for i, r := range found {
		if r.Value != nil && r.Value.FileID != keys[i].FileID {
			found[i].Value = nil
		}
	}
	return found
}

var errForgotten = errors.New("forgotten")

type fewChanges struct {
	stream.Store
	count int
}

func (s *fewChanges) Update(ctx context.Context, user string, reads stream.Reads, change func(stream.Tx) error) error {
	s.count++
	err := s.Store.Update(ctx, user, reads, func(tx stream.Tx) error {
		if err := change(tx); err != nil || s.count%15 != 0 {
			return err
		}
		return errForgotten
	})
	if errors.Is(err, errForgotten) {
		return nil
	}
	return err
}

// anchorPlant forgets a part of all that is kept of an anchor.
func anchorPlant(forget func(*stream.Anchor)) simulation.Plant {
	return cataloguePlant(func(s stream.Store) stream.Store { return forgetful{s, forget} })
}

type forgetful struct {
	stream.Store
	forget func(*stream.Anchor)
}

func (s forgetful) Update(ctx context.Context, user string, reads stream.Reads, change func(stream.Tx) error) error {
	return s.Store.Update(ctx, user, reads, func(tx stream.Tx) error { return change(forgetfulTx{tx, s.forget}) })
}

type forgetfulTx struct {
	stream.Tx
	forget func(*stream.Anchor)
}

func (t forgetfulTx) PutAnchor(a stream.Anchor) error {
	t.forget(&a)
	return t.Tx.PutAnchor(a)
}
