package simulation

import (
	"context"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/test/simulation/model"
)

// The stores below fail, hang and crash, and tell the model what they have
// committed.

type streamStore struct {
	stream.Store
	*process
}

// sessionSpy sees which session a change is given, and whether it keeps a recording, or
// finds that it is kept.
type sessionSpy struct {
	stream.Tx
	session  int64
	recorded bool
}

func (s *sessionSpy) Recording(fileID string) (*stream.Recording, error) {
	r, err := s.Tx.Recording(fileID)
	s.recorded = s.recorded || r != nil
	return r, err
}

func (s *sessionSpy) PutRecording(r stream.Recording, fileID string) error {
	s.recorded = true
	return s.Tx.PutRecording(r, fileID)
}

func (s *sessionSpy) Anchor() (stream.Anchor, error) {
	a, err := s.Tx.Anchor()
	s.session = a.Session.Number // if nothing is put, it stays
	return a, err
}

func (s *sessionSpy) PutAnchor(a stream.Anchor) error {
	s.session = a.Session.Number
	return s.Tx.PutAnchor(a)
}

func (s *streamStore) Update(ctx context.Context, user string, reads stream.Reads, change func(stream.Tx) error) error {
	spy := &sessionSpy{}
	return s.write(
		func() error {
			return s.Store.Update(ctx, user, reads, func(tx stream.Tx) error {
				*spy = sessionSpy{Tx: tx}
				return change(spy)
			})
		},
		func() {
			if commit, ok := ctx.Value(commitKey{}).(func(*sessionSpy)); ok {
				commit(spy)
			}
		})
}

func (s *streamStore) UserOf(ctx context.Context, streamID string) (string, error) {
	if err := s.read(); err != nil {
		return "", err
	}
	return s.Store.UserOf(ctx, streamID)
}

func (s *streamStore) Sessions(ctx context.Context, users []string) []combine.Result[*streams.Session] {
	return readItems(s.process, users, func(user string) string { return user }, func(good []string) []combine.Result[*streams.Session] {
		return s.Store.Sessions(ctx, good)
	})
}

func (s *streamStore) Fences(ctx context.Context, users []string) []combine.Result[streams.Fence] {
	return readItems(s.process, users, func(user string) string { return user }, func(good []string) []combine.Result[streams.Fence] {
		return s.Store.Fences(ctx, good)
	})
}

func (s *streamStore) Recordings(ctx context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording] {
	about := func(key streams.FileKey) string { return key.User + "\x00" + key.FileID }
	return readItems(s.process, keys, about, func(good []streams.FileKey) []combine.Result[*streams.Recording] {
		return s.Store.Recordings(ctx, good)
	})
}

func (s *streamStore) Sweep(ctx context.Context) error {
	if err := s.takes(); err != nil {
		return err
	}
	return s.Store.Sweep(ctx)
}

func (s *streamStore) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	if err := s.read(); err != nil {
		return combine.Fail[streams.Page](len(queries), err)
	}
	return s.Store.Pages(ctx, queries)
}

// commitKey is where a call keeps what is to be done when its change is
// committed.
type commitKey struct{}

// witnessed is a stream service whose model learns what its calls come to.
type witnessed struct {
	streams.Service
	world *world
}

func (w *witnessed) Open(ctx context.Context, o streams.Opening) (streams.Opened, error) {
	return w.Service.Open(context.WithValue(ctx, commitKey{}, func(spy *sessionSpy) {
		w.world.model.Opened(o.User, o.StreamID, o.Group, o.Title, profile(o.Profile), spy.session)
	}), o)
}

func (w *witnessed) SetStatus(ctx context.Context, s streams.Status) error {
	return w.Service.SetStatus(context.WithValue(ctx, commitKey{}, func(*sessionSpy) {
		w.world.model.StatusSet(s.User, s.Online)
	}), s)
}

func (w *witnessed) ApplyPush(ctx context.Context, p streams.Push) (streams.Verdict, error) {
	verdict, err := w.Service.ApplyPush(context.WithValue(ctx, commitKey{}, func(*sessionSpy) {
		w.world.model.Pushed(model.Push{StreamID: p.StreamID, Sequence: p.Sequence, Began: p.Began, At: p.At})
	}), p)
	return verdict, err
}

func (w *witnessed) AddFile(ctx context.Context, f streams.File) (streams.Verdict, error) {
	return w.Service.AddFile(context.WithValue(ctx, commitKey{}, func(spy *sessionSpy) {
		if !spy.recorded {
			return // the story says why
		}
		w.world.model.Recorded(model.File{
			StreamID: f.StreamID, FileID: f.FileID, Format: string(f.Format), URL: f.URL, Start: f.Start, End: f.End,
		})
	}), f)
}

type roomStore struct {
	room.Store
	*process
}

func (s *roomStore) Enter(ctx context.Context, entries []members.Entry) []combine.Written {
	return writeItems(s.process, entries, func(e members.Entry) string { return e.Room.Name },
		func(good []members.Entry) []combine.Written { return s.Store.Enter(ctx, good) },
		func(e members.Entry) { s.world.model.Entered(e.Room.Name, e.Room.Session, e.User, e.Nickname) })
}

func (s *roomStore) Quit(ctx context.Context, exits []members.Exit) []combine.Written {
	return writeItems(s.process, exits, func(e members.Exit) string { return e.Room.Name },
		func(good []members.Exit) []combine.Written { return s.Store.Quit(ctx, good) },
		func(e members.Exit) { s.world.model.Quit(e.Room.Name, e.Room.Session, e.User) })
}

func (s *roomStore) Pages(ctx context.Context, queries []members.Query) []combine.Result[members.Page] {
	about := func(q members.Query) string { return q.Room.Name }
	return readItems(s.process, queries, about, func(good []members.Query) []combine.Result[members.Page] {
		return s.Store.Pages(ctx, good)
	})
}

func (s *roomStore) Sizes(ctx context.Context, rooms []members.Key) []combine.Result[int] {
	return readItems(s.process, rooms, func(key members.Key) string { return key.Name }, func(good []members.Key) []combine.Result[int] {
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

func (s *counterStore) Add(ctx context.Context, additions []counters.Addition) []combine.Result[int64] {
	return writeItems(s.process, additions, func(a counters.Addition) string { return a.Key.Name },
		func(good []counters.Addition) []combine.Result[int64] { return s.Store.Add(ctx, good) }, func(counters.Addition) {})
}

func (s *counterStore) Get(ctx context.Context, keys []counters.Key) []combine.Result[int64] {
	return readItems(s.process, keys, func(key counters.Key) string { return key.Name }, func(good []counters.Key) []combine.Result[int64] {
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
