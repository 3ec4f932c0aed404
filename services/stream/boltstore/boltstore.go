// Package boltstore keeps the catalogue in one bbolt file: sessions and recordings. Memory
// has only what orders the list, so that a start is quick and memory does not grow with
// texts.
//
// Store is its type, tx one change of one user. record.go names all buckets, keys.go makes their keys.
// The rules are those of package stream; what is here is where things stand, in which order,
// and how they are found.
package boltstore

import (
	"context"
	"log/slog"
	"time"

	"go.etcd.io/bbolt"
	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/libs/store/damage"
	"xiaozhibo.dev/services/stream"
)

// Store implements stream.Store in one process. Its methods may be called concurrently.
type Store struct {
	file   *boltfile.File[*state]
	config stream.Config
	now    func() time.Time

	// suspects are users whose record a page could not read. The next sweep takes them out
	// of the list.
	suspects stream.Suspects
	damage   *damage.Reporter
	leases   leases
}

var _ stream.Store = (*Store)(nil)

// Open opens or creates the file at path. now is the clock that everything expires by. log is
// told of damaged records, each once. The errors are those of boltfile.Open. The store is to
// be closed.
func Open(path string, config stream.Config, now func() time.Time, meter metric.Meter, log *slog.Logger) (*Store, error) {
	reporter := damage.NewReporter(log)
	file, err := boltfile.Open(path, meter, func(tx *bbolt.Tx) (*state, error) {
		return load(tx, now(), config, reporter)
	})
	if err != nil {
		return nil, err
	}
	return &Store{file: file, config: config, now: now, damage: reporter}, nil
}

// Close finishes the accepted writes and closes the file.
func (s *Store) Close() error { return s.file.Close() }

// Update implements stream.Store. Changes of all users that wait at the same time are one
// commit; one that fails is undone alone. Reads are not read ahead: the file is mapped.
func (s *Store) Update(ctx context.Context, user string, _ stream.Reads, change func(stream.Tx) error) error {
	return s.file.Update(ctx, func(bolt *bbolt.Tx, st *state) error {
		one := &tx{own: own{bolt: bolt, user: user}, state: st, now: s.now(), config: s.config}
		if err := change(one); err != nil {
			return err
		}
		return one.flush()
	})
}

// UserOf implements stream.Store.
func (s *Store) UserOf(_ context.Context, streamID string) (user string, err error) {
	err = s.file.View(func(bolt *bbolt.Tx) error {
		user = string(bolt.Bucket(streamBucket).Get([]byte(streamID)))
		return nil
	})
	return user, err
}

// Sessions implements stream.Store. A damaged record is a Storage error of that item
// alone.
func (s *Store) Sessions(_ context.Context, users []string) []combine.Result[*streams.Session] {
	now, banned := s.now(), s.file.State().bans > 0
	sessions := make([]combine.Result[*streams.Session], len(users))
	err := s.file.View(func(bolt *bbolt.Tx) error {
		for i, user := range users {
			current, err := getCurrent(bolt, user)
			if sessions[i].Err = unreadable(err); current != nil {
				sessions[i].Value = current.Present(now, s.config)
			}
			if sessions[i].Value != nil {
				sessions[i].Value.Bans = banned
			}
		}
		return nil
	})
	if err != nil {
		return combine.Fail[*streams.Session](len(users), err)
	}
	return sessions
}

// Recordings implements stream.Store. A damaged record is a Storage error of that item
// alone.
func (s *Store) Recordings(_ context.Context, keys []streams.FileKey) []combine.Result[*streams.Recording] {
	banned := s.file.State().bans > 0
	found := make([]combine.Result[*streams.Recording], len(keys))
	err := s.file.View(func(bolt *bbolt.Tx) error {
		for i, key := range keys {
			recording, err := getRecording(bolt, key.User, key.FileID)
			if found[i].Err = unreadable(err); recording != nil && recording.Playable() {
				found[i].Value = &recording.Recording
				found[i].Value.Bans = banned
			}
		}
		return nil
	})
	if err != nil {
		return combine.Fail[*streams.Recording](len(keys), err)
	}
	return found
}

// unreadable is the error of a record that is damaged: the store has failed.
func unreadable(err error) error {
	if err == nil {
		return nil
	}
	return apierr.Wrap(apierr.Storage, err, "storage failed")
}

// Pages implements stream.Store. All its pages are of one moment. It never waits for a
// write.
func (s *Store) Pages(_ context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	now := s.now()
	pages := make([]combine.Result[streams.Page], len(queries))
	err := s.file.Read(func(bolt *bbolt.Tx, st *state) error {
		for i, q := range queries {
			pages[i].Value = s.page(bolt, st, q, now)
			pages[i].Value.Change = newest(bolt)
		}
		return nil
	})
	if err != nil {
		return combine.Fail[streams.Page](len(queries), err)
	}
	return pages
}

// page cuts q out of the list; live sessions stand before recordings. A row that is
// damaged is left out.
func (s *Store) page(bolt *bbolt.Tx, st *state, q streams.Query, now time.Time) (page streams.Page) {
	offset, limit := q.Offset, q.Limit
	if q.Live {
		// The total counts the row of a suspect until the next sweep; so a page may be short by one.
		total, rows := st.live.page(now.Add(-s.config.LiveTTL).UnixMilli(), offset, limit)
		for _, row := range rows {
			current, err := getCurrent(bolt, row.user)
			if err != nil || current == nil {
				s.suspects.Add(row.user)
				continue
			}
			page.Sessions = append(page.Sessions, current.Session)
		}
		page.Total, offset, limit = total, max(0, offset-total), limit-len(rows)
	}
	if q.Recorded {
		total, rows := st.recorded.page(now.Add(-s.config.RecordingWindow).UnixMilli(), offset, limit)
		for _, row := range rows {
			key := recordingKey(row.user, row.start, row.fileID)
			if r, err := decodeRecording(key, bolt.Bucket(recordingBucket).Get(key)); err == nil {
				page.Recordings = append(page.Recordings, r.Recording)
			}
		}
		page.Total += total
	}
	return page
}
