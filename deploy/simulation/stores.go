package simulation

import (
	"context"

	"xiaozhibo.dev/deploy/simulation/model"
	countapi "xiaozhibo.dev/libs/api/counter"
	roomapi "xiaozhibo.dev/libs/api/room"
	streamapi "xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/stream"
)

// The stores below fail, hang and crash, and tell the model what they have
// committed.

type streamStore struct {
	stream.Store
	*process
}

// sessionSpy sees which session a change is given.
type sessionSpy struct {
	stream.Tx
	session int64
}

func (s *sessionSpy) Anchor() (stream.Anchor, error) {
	a, err := s.Tx.Anchor()
	s.session = a.Room.Session // if nothing is put, it stays
	return a, err
}

func (s *sessionSpy) PutAnchor(a stream.Anchor) error {
	s.session = a.Room.Session
	return s.Tx.PutAnchor(a)
}

func (s *streamStore) Update(ctx context.Context, user string, change func(stream.Tx) error) error {
	spy := &sessionSpy{}
	return s.write(
		func() error {
			return s.Store.Update(ctx, user, func(tx stream.Tx) error {
				spy.Tx = tx
				return change(spy)
			})
		},
		func() {
			if commit, ok := ctx.Value(commitKey{}).(func(session int64)); ok {
				commit(spy.session)
			}
		})
}

func (s *streamStore) UserOf(ctx context.Context, streamID string) (string, error) {
	if err := s.read(); err != nil {
		return "", err
	}
	return s.Store.UserOf(ctx, streamID)
}

func (s *streamStore) Rooms(ctx context.Context, users []string) []combine.Result[*streamapi.Room] {
	if err := s.read(); err != nil {
		return combine.Fail[*streamapi.Room](len(users), err)
	}
	return s.Store.Rooms(ctx, users)
}

func (s *streamStore) Recordings(ctx context.Context, keys []streamapi.FileKey) []combine.Result[*streamapi.Recording] {
	if err := s.read(); err != nil {
		return combine.Fail[*streamapi.Recording](len(keys), err)
	}
	return s.Store.Recordings(ctx, keys)
}

func (s *streamStore) Pages(ctx context.Context, queries []streamapi.Query) []combine.Result[streamapi.Page] {
	if err := s.read(); err != nil {
		return combine.Fail[streamapi.Page](len(queries), err)
	}
	return s.Store.Pages(ctx, queries)
}

// commitKey is where a call keeps what is to be done when its change is
// committed.
type commitKey struct{}

// witnessed is a stream service whose model learns what its calls come to.
type witnessed struct {
	streamapi.Service
	world *world
}

func (w *witnessed) Open(ctx context.Context, o streamapi.Opening) (streamapi.Opened, error) {
	return w.Service.Open(context.WithValue(ctx, commitKey{}, func(session int64) {
		w.world.model.Opened(o.User, o.StreamID, o.Group, o.Title, profile(o.Profile), session)
	}), o)
}

func (w *witnessed) SetStatus(ctx context.Context, s streamapi.Status) error {
	return w.Service.SetStatus(context.WithValue(ctx, commitKey{}, func(int64) {
		w.world.model.StatusSet(s.User, s.Online)
	}), s)
}

func (w *witnessed) ApplyPush(ctx context.Context, p streamapi.Push) (streamapi.Verdict, error) {
	verdict, err := w.Service.ApplyPush(context.WithValue(ctx, commitKey{}, func(int64) {
		w.world.model.Pushed(model.Push{StreamID: p.StreamID, Sequence: p.Sequence, Began: p.Began, At: p.At})
	}), p)
	return verdict, err
}

func (w *witnessed) AddFile(ctx context.Context, f streamapi.File) (streamapi.Verdict, error) {
	return w.Service.AddFile(context.WithValue(ctx, commitKey{}, func(int64) {
		w.world.model.Recorded(model.File{
			StreamID: f.StreamID, FileID: f.FileID, Format: string(f.Format), URL: f.URL, Start: f.Start, End: f.End,
		})
	}), f)
}

type roomStore struct {
	room.Store
	*process
}

func (s *roomStore) Enter(ctx context.Context, entries []roomapi.Entry) []combine.Result[struct{}] {
	return writeItems(s.process, entries, func() []combine.Result[struct{}] { return s.Store.Enter(ctx, entries) }, func(e roomapi.Entry) {
		s.world.model.Entered(e.Room.Name, e.Room.Session, e.User, e.Nickname)
	})
}

func (s *roomStore) Quit(ctx context.Context, exits []roomapi.Exit) []combine.Result[struct{}] {
	return writeItems(s.process, exits, func() []combine.Result[struct{}] { return s.Store.Quit(ctx, exits) }, func(e roomapi.Exit) {
		s.world.model.Quit(e.Room.Name, e.Room.Session, e.User)
	})
}

// writeItems is write for items that may fail one by one: told is what the model
// learns of one that is committed.
func writeItems[T, R any](p *process, items []T, commit func() []combine.Result[R], told func(T)) (results []combine.Result[R]) {
	err := p.write(func() error {
		results = commit()
		return combine.Whole(results)
	}, func() {
		for i, item := range items {
			if results[i].Err == nil {
				told(item)
			}
		}
	})
	if err != nil {
		return combine.Fail[R](len(items), err)
	}
	return results
}

func (s *roomStore) Pages(ctx context.Context, queries []roomapi.Query) []combine.Result[roomapi.Page] {
	if err := s.read(); err != nil {
		return combine.Fail[roomapi.Page](len(queries), err)
	}
	return s.Store.Pages(ctx, queries)
}

func (s *roomStore) Sizes(ctx context.Context, rooms []roomapi.Key) []combine.Result[int] {
	if err := s.read(); err != nil {
		return combine.Fail[int](len(rooms), err)
	}
	return s.Store.Sizes(ctx, rooms)
}

type counterStore struct {
	counter.Store
	*process
}

func (s *counterStore) Add(ctx context.Context, additions []countapi.Addition) []combine.Result[int64] {
	return writeItems(s.process, additions, func() []combine.Result[int64] { return s.Store.Add(ctx, additions) }, func(countapi.Addition) {})
}

func (s *counterStore) Get(ctx context.Context, keys []countapi.Key) []combine.Result[int64] {
	if err := s.read(); err != nil {
		return combine.Fail[int64](len(keys), err)
	}
	return s.Store.Get(ctx, keys)
}

type ledger struct {
	signing.Ledger
	*process
}

func (l *ledger) Record(ctx context.Context, entries []signing.Entry) error {
	return l.write(func() error { return l.Ledger.Record(ctx, entries) }, func() {})
}

var (
	_ stream.Store   = (*streamStore)(nil)
	_ room.Store     = (*roomStore)(nil)
	_ counter.Store  = (*counterStore)(nil)
	_ signing.Ledger = (*ledger)(nil)
)
