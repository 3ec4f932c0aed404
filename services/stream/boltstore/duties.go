package boltstore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/stream"
)

// leases are in memory: no other process has the file, and none of this one's survives it.
type leases struct {
	mu     sync.Mutex
	places map[string]stream.Place
}

// Lease implements stream.Store.
func (s *Store) Lease(_ context.Context, r streams.LeaseRequest) (streams.LeaseState, error) {
	s.leases.mu.Lock()
	defer s.leases.mu.Unlock()
	place, state := s.leases.places[r.Name].Ask(r, s.now().UnixMilli())
	if s.leases.places == nil {
		s.leases.places = map[string]stream.Place{}
	}
	if s.leases.places[r.Name] = place; place.Holder == "" {
		delete(s.leases.places, r.Name)
	}
	return state, nil
}

// Bookmark implements stream.Store.
func (s *Store) Bookmark(_ context.Context, name string) (found streams.Bookmark, err error) {
	err = s.file.View(func(bolt *bbolt.Tx) (err error) {
		found, err = getBookmark(bolt, name)
		return err
	})
	return found, err
}

// getBookmark returns what is kept under a name, version 0 for nothing.
func getBookmark(bolt *bbolt.Tx, name string) (streams.Bookmark, error) {
	found := streams.Bookmark{Name: name}
	if raw := bolt.Bucket(bookmarkBucket).Get([]byte(name)); raw != nil {
		if err := json.Unmarshal(raw, &found); err != nil {
			return found, fmt.Errorf("the bookmark %q is %w: %w", name, stream.ErrDamaged, err)
		}
	}
	return found, nil
}

// PutBookmark implements stream.Store. Version 0 is no bookmark yet, and only a new one counts
// against the cap: whoever has one can always go on.
func (s *Store) PutBookmark(ctx context.Context, bookmark streams.Bookmark) (streams.BookmarkPut, error) {
	var put streams.BookmarkPut // the change may still be writing it after an error
	err := s.file.Update(ctx, func(bolt *bbolt.Tx, _ *state) error {
		kept, err := getBookmark(bolt, bookmark.Name)
		if err != nil {
			return err
		}
		if kept.Version == 0 && count(bolt.Bucket(bookmarkBucket)) >= streams.MaxBookmarkNames {
			return apierr.New(apierr.TooMany, "there are %d bookmarks already", streams.MaxBookmarkNames)
		}
		if put = stream.Swap(kept, bookmark); !put.Written || put.Bookmark.Version == kept.Version {
			return nil
		}
		return (&tx{own: own{bolt: bolt}}).put(bookmarkBucket, []byte(bookmark.Name), put.Bookmark)
	})
	if err != nil {
		return streams.BookmarkPut{}, err
	}
	return put, nil
}

// Bans implements stream.Store. A damaged record is a Storage error of that item alone.
func (s *Store) Bans(_ context.Context, users []string) []combine.Result[*streams.Ban] {
	now := s.now()
	bans := make([]combine.Result[*streams.Ban], len(users))
	err := s.file.View(func(bolt *bbolt.Tx) error {
		for i, user := range users {
			ban, err := getBan(bolt, user)
			if bans[i].Err = unreadable(err); stream.Holds(ban, now) {
				bans[i].Value = ban
			}
		}
		return nil
	})
	if err != nil {
		return combine.Fail[*streams.Ban](len(users), err)
	}
	return bans
}

// ListBans implements stream.Store.
func (s *Store) ListBans(_ context.Context, q streams.BanQuery) ([]streams.Ban, error) {
	now, bans := s.now(), []streams.Ban{}
	err := s.file.View(func(bolt *bbolt.Tx) error {
		cursor := bolt.Bucket(banBucket).Cursor()
		for user, raw := cursor.Seek([]byte(q.After)); user != nil && len(bans) < q.Limit; user, raw = cursor.Next() {
			ban := &streams.Ban{}
			if err := json.Unmarshal(raw, ban); err != nil {
				return err
			}
			if string(user) != q.After && stream.Holds(ban, now) {
				bans = append(bans, *ban)
			}
		}
		return nil
	})
	return bans, err
}

// getBan returns what is kept of a user, nil for nothing.
func getBan(bolt *bbolt.Tx, user string) (*streams.Ban, error) {
	raw := bolt.Bucket(banBucket).Get([]byte(user))
	if raw == nil {
		return nil, nil
	}
	ban := &streams.Ban{}
	if err := json.Unmarshal(raw, ban); err != nil {
		return nil, fmt.Errorf("the ban of %q is %w: %w", user, stream.ErrDamaged, err)
	}
	return ban, nil
}

// Ban implements stream.Tx.
func (t *tx) Ban() (*streams.Ban, error) { return getBan(t.bolt, t.user) }

// PutBan implements stream.Tx.
func (t *tx) PutBan(ban *streams.Ban) error {
	bans := t.bolt.Bucket(banBucket)
	// The state counts users with a ban, so that where there is none nobody has to look.
	if known := bans.Get([]byte(t.user)) != nil; known != (ban != nil) {
		if t.state.bans++; known {
			t.state.bans -= 2
		}
	}
	if ban == nil {
		return bans.Delete([]byte(t.user))
	}
	return t.put(banBucket, []byte(t.user), ban)
}

// UsersOf implements stream.Store.
func (s *Store) UsersOf(_ context.Context, fileID string) (users []string, err error) {
	prefix := fileUserPrefix(fileID)
	err = s.file.View(func(bolt *bbolt.Tx) error {
		cursor := bolt.Bucket(fileUserBucket).Cursor()
		for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
			users = append(users, string(key[len(prefix):]))
		}
		return nil
	})
	return users, err
}
