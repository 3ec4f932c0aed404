package stream

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

// Stories implements streams.Service.
func (s *Service) Stories(ctx context.Context, keys []streams.StoryKey) []combine.Result[*streams.Story] {
	return s.store.Stories(ctx, keys)
}

// Summaries implements streams.Service.
func (s *Service) Summaries(ctx context.Context, query streams.SummaryQuery) (streams.SummaryPage, error) {
	if err := query.Check(); err != nil {
		return streams.SummaryPage{}, err
	}
	return s.store.Summaries(ctx, query)
}

// Changes implements streams.Service.
func (s *Service) Changes(ctx context.Context, query streams.ChangeQuery) (streams.ChangePage, error) {
	if err := query.Check(); err != nil {
		return streams.ChangePage{}, err
	}
	return s.store.Changes(ctx, query)
}

// Lease implements streams.Service.
func (s *Service) Lease(ctx context.Context, request streams.LeaseRequest) (streams.LeaseState, error) {
	if err := request.Check(); err != nil {
		return streams.LeaseState{}, err
	}
	return s.store.Lease(ctx, request)
}

// Bookmark implements streams.Service.
func (s *Service) Bookmark(ctx context.Context, name string) (streams.Bookmark, error) {
	if err := (streams.Bookmark{Name: name}).Check(); err != nil {
		return streams.Bookmark{}, err
	}
	return s.store.Bookmark(ctx, name)
}

// PutBookmark implements streams.Service.
func (s *Service) PutBookmark(ctx context.Context, bookmark streams.Bookmark) (streams.BookmarkPut, error) {
	if err := bookmark.Check(); err != nil {
		return streams.BookmarkPut{}, err
	}
	return s.store.PutBookmark(ctx, bookmark)
}

// TellStory returns the story that a key asks for, of what is kept of the user: the anchor,
// and an earlier session of that number. Both stores call it, so they tell the same. Either may be nil. Session 0 asks for the current
// session. It is nil for what is not known, or not any more.
func TellStory(key streams.StoryKey, a *Anchor, ended *Ended, now time.Time, config Config) *streams.Story {
	if a != nil && (key.Session == 0 || key.Session == a.Session.Number) {
		if story := StoryOf(*a, now, config); story != nil && (story.Current || key.Session != 0) {
			return story
		}
	}
	if key.Session == 0 || ended == nil || ended.Ended <= config.Outlived(now) {
		return nil
	}
	return ended.Told()
}

// Outlived is when a session ended, in Unix milliseconds, whose summary is to go at now.
func (c Config) Outlived(now time.Time) int64 { return now.Add(-c.SummaryTTL).UnixMilli() }

// Place is a lease that a store keeps. The zero Place is nobody's. It is a promise about the future
// and no lock: whoever holds it must be done, or have renewed it, by Until.
type Place struct {
	Holder string
	Until  int64 // Unix milliseconds
}

// Ask returns the place after a request, and what is answered, at now in Unix milliseconds. It
// is the rule of a lease: whoever holds it may prolong it or, with a TTL of 0, give it back;
// another gets it once its time is over. duties.go of redisstore has the same rule in Lua.
func (p Place) Ask(r streams.LeaseRequest, now int64) (Place, streams.LeaseState) {
	if p.Until <= now {
		p = Place{}
	}
	if p.Holder == "" || p.Holder == r.Holder {
		if p = (Place{Holder: r.Holder, Until: now + r.TTL}); r.TTL == 0 {
			p = Place{}
		}
	}
	return p, streams.LeaseState{Held: p.Holder == r.Holder, Holder: p.Holder, Until: p.Until}
}

// Swap decides on a write of a bookmark over the one that is kept: it is made only over the
// version that its writer has read. So of two copies that both believe to have a duty, one
// learns that it has not. A write that is sent again finds itself.
func Swap(kept, put streams.Bookmark) streams.BookmarkPut {
	if kept.Version != put.Version {
		return Swapped(kept, put)
	}
	put.Version++
	return streams.BookmarkPut{Written: true, Bookmark: put}
}

// SessionKey names a session of a user. The length first keeps one user's keys from
// running into another's, so the sessions of a user stand together in the order of bytes,
// by number.
func SessionKey(user string, session int64) string {
	key := append(binary.AppendUvarint(nil, uint64(len(user))), user...)
	return string(binary.BigEndian.AppendUint64(key, uint64(session)))
}

// CompareSummaries is the order of summaries: the latest end first, those of one moment by
// their keys.
func CompareSummaries(a, b streams.Summary) int {
	return cmp.Or(cmp.Compare(b.Ended, a.Ended), strings.Compare(SessionKey(a.User, a.Session), SessionKey(b.User, b.Session)))
}

// PageOf cuts a page out of summaries in any order, and sorts them for it. A store hands it
// one more than a page, at least: so it knows whether there are more.
func PageOf(all []streams.Summary, q streams.SummaryQuery) streams.SummaryPage {
	slices.SortFunc(all, CompareSummaries)
	after := streams.Summary{Ended: q.After.Ended, User: q.After.User, Session: q.After.Session}
	page := streams.SummaryPage{Summaries: []streams.Summary{}}
	for _, s := range all {
		switch {
		case s.Ended < q.From, q.To != 0 && s.Ended >= q.To:
		case q.After != streams.SummaryPlace{} && CompareSummaries(s, after) <= 0:
		case len(page.Summaries) == q.Limit:
			page.More = true
			return page
		default:
			page.Summaries = append(page.Summaries, s)
		}
	}
	return page
}

// Swapped tells a write that was not made whether it has been made before.
func Swapped(kept, put streams.Bookmark) streams.BookmarkPut {
	written := kept.Version == put.Version+1 && bytes.Equal(kept.Value, put.Value)
	return streams.BookmarkPut{Written: written, Bookmark: kept}
}
