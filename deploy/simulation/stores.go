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
	return readItems(s.process, users, func(user string) string { return user }, func(good []string) []combine.Result[*streamapi.Room] {
		return s.Store.Rooms(ctx, good)
	})
}

func (s *streamStore) Recordings(ctx context.Context, keys []streamapi.FileKey) []combine.Result[*streamapi.Recording] {
	about := func(key streamapi.FileKey) string { return key.User + "\x00" + key.FileID }
	return readItems(s.process, keys, about, func(good []streamapi.FileKey) []combine.Result[*streamapi.Recording] {
		return s.Store.Recordings(ctx, good)
	})
}

func (s *streamStore) Sweep(ctx context.Context) error {
	if err := s.takes(); err != nil {
		return err
	}
	return s.Store.Sweep(ctx)
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
	return writeItems(s.process, entries, func(e roomapi.Entry) string { return e.Room.Name },
		func(good []roomapi.Entry) []combine.Result[struct{}] { return s.Store.Enter(ctx, good) },
		func(e roomapi.Entry) { s.world.model.Entered(e.Room.Name, e.Room.Session, e.User, e.Nickname) })
}

func (s *roomStore) Quit(ctx context.Context, exits []roomapi.Exit) []combine.Result[struct{}] {
	return writeItems(s.process, exits, func(e roomapi.Exit) string { return e.Room.Name },
		func(good []roomapi.Exit) []combine.Result[struct{}] { return s.Store.Quit(ctx, good) },
		func(e roomapi.Exit) { s.world.model.Quit(e.Room.Name, e.Room.Session, e.User) })
}

func (s *roomStore) Pages(ctx context.Context, queries []roomapi.Query) []combine.Result[roomapi.Page] {
	about := func(q roomapi.Query) string { return q.Room.Name }
	return readItems(s.process, queries, about, func(good []roomapi.Query) []combine.Result[roomapi.Page] {
		return s.Store.Pages(ctx, good)
	})
}

func (s *roomStore) Sizes(ctx context.Context, rooms []roomapi.Key) []combine.Result[int] {
	return readItems(s.process, rooms, func(key roomapi.Key) string { return key.Name }, func(good []roomapi.Key) []combine.Result[int] {
		return s.Store.Sizes(ctx, good)
	})
}

func (s *roomStore) Sweep(ctx context.Context) error {
	if err := s.takes(); err != nil {
		return err
	}
	return s.Store.Sweep(ctx)
}

type counterStore struct {
	counter.Store
	*process
}

func (s *counterStore) Add(ctx context.Context, additions []countapi.Addition) []combine.Result[int64] {
	return writeItems(s.process, additions, func(a countapi.Addition) string { return a.Key.Name },
		func(good []countapi.Addition) []combine.Result[int64] { return s.Store.Add(ctx, good) }, func(countapi.Addition) {})
}

func (s *counterStore) Get(ctx context.Context, keys []countapi.Key) []combine.Result[int64] {
	return readItems(s.process, keys, func(key countapi.Key) string { return key.Name }, func(good []countapi.Key) []combine.Result[int64] {
		return s.Store.Get(ctx, good)
	})
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
