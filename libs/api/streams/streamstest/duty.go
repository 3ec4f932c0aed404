package streamstest

import (
	"fmt"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

var duties = tests{
	"a duty is done by one holder at a time":                  suite.leases,
	"a bookmark is written over the version it was made from": suite.bookmarks,
	"there are so many bookmarks":                             suite.boundsBookmarks,
	"what makes no sense is invalid":                          suite.refusesDuties,
}

func (s suite) lease(holder string, ttl time.Duration, want string) streams.LeaseState {
	s.t.Helper()
	state, err := s.Lease(s.t.Context(), streams.LeaseRequest{Name: "poll", Holder: holder, TTL: ttl.Milliseconds()})
	if err != nil || state.Holder != want || state.Held != (want == holder) {
		s.t.Fatalf("the lease is %+v, %v, want that of %q", state, err, want)
	}
	return state
}

func (s suite) leases() {
	s.lease("one", 10*time.Second, "one")
	s.lease("two two", 10*time.Second, "one")
	s.clock.Move(9 * time.Second)
	if state := s.lease("one", 10*time.Second, "one"); state.Until != s.clock.Now().Add(10*time.Second).UnixMilli() {
		s.t.Errorf("it is held until %d", state.Until)
	}
	s.clock.Move(9 * time.Second)
	s.lease("two two", 10*time.Second, "one")
	s.clock.Move(time.Second)
	s.lease("two two", 10*time.Second, "two two")
	s.lease("one", 0, "two two")
	s.lease("two two", 0, "")
	s.lease("one", time.Second, "one")
}

func (s suite) bookmarks() {
	empty, err := s.Bookmark(s.t.Context(), "webhooks")
	if err != nil || empty.Version != 0 || len(empty.Value) != 0 {
		s.t.Fatalf("Bookmark: %+v, %v", empty, err)
	}
	put := func(version int64, value string, written bool, now string) {
		s.t.Helper()
		got, err := s.PutBookmark(s.t.Context(), streams.Bookmark{Name: "webhooks", Version: version, Value: []byte(value)})
		if err != nil || got.Written != written || string(got.Bookmark.Value) != now {
			s.t.Fatalf("PutBookmark(%d, %q) is %+v, %v", version, value, got, err)
		}
	}
	put(0, "one", true, "one")
	put(0, "one", true, "one") // sent again
	put(0, "other", false, "one")
	put(1, "two\x00\xff", true, "two\x00\xff")
	put(5, "late", false, "two\x00\xff")
	kept, err := s.Bookmark(s.t.Context(), "webhooks")
	if err != nil || kept.Version != 2 || string(kept.Value) != "two\x00\xff" {
		s.t.Errorf("Bookmark: %+v, %v", kept, err)
	}
}

func (s suite) boundsBookmarks() {
	for i := range streams.MaxBookmarkNames {
		if _, err := s.PutBookmark(s.t.Context(), streams.Bookmark{Name: fmt.Sprint(i)}); err != nil {
			s.t.Fatalf("PutBookmark: %v", err)
		}
	}
	if _, err := s.PutBookmark(s.t.Context(), streams.Bookmark{Name: "more"}); apierr.CodeOf(err) != apierr.TooMany {
		s.t.Errorf("one more: %v, want too many", err)
	}
	if put, err := s.PutBookmark(s.t.Context(), streams.Bookmark{Name: "0", Version: 1}); err != nil || !put.Written {
		s.t.Errorf("one that is there: %+v, %v", put, err)
	}
}

func (s suite) refusesDuties() {
	ctx := s.t.Context()
	for name, call := range map[string]func() error{
		"a lease without a name":   func() error { _, err := s.Lease(ctx, streams.LeaseRequest{Holder: "h"}); return err },
		"a lease without a holder": func() error { _, err := s.Lease(ctx, streams.LeaseRequest{Name: "n"}); return err },
		"a lease of negative time": func() error {
			_, err := s.Lease(ctx, streams.LeaseRequest{Name: "n", Holder: "h", TTL: -1})
			return err
		},
		"a bookmark without a name": func() error { _, err := s.PutBookmark(ctx, streams.Bookmark{}); return err },
		"a bookmark that is too big": func() error {
			_, err := s.PutBookmark(ctx, streams.Bookmark{Name: "n", Value: make([]byte, streams.MaxBookmark+1)})
			return err
		},
		"no bookmark": func() error { _, err := s.Bookmark(ctx, ""); return err },
		"no limit":    func() error { _, err := s.Changes(ctx, streams.ChangeQuery{}); return err },
		"a limit beyond the bound": func() error {
			_, err := s.Summaries(ctx, streams.SummaryQuery{Limit: streams.MaxLimit + 1})
			return err
		},
		"a list of no bans":    func() error { _, err := s.ListBans(ctx, streams.BanQuery{}); return err },
		"a ban of nobody":      func() error { return s.SetBan(ctx, streams.Ban{Until: 1}) },
		"a sighting of nobody": func() error { _, err := s.Deny(ctx, streams.Sighting{}); return err },
		"an end of nobody":     func() error { _, err := s.End(ctx, streams.Ending{}); return err },
	} {
		if err := call(); apierr.CodeOf(err) != apierr.Invalid {
			s.t.Errorf("%s: %v, want invalid", name, err)
		}
	}
}
