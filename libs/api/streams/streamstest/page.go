package streamstest

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

var pages = tests{
	"an empty catalogue has empty ones":                   suite.emptyCatalogue,
	"sessions stand newest first, ties by user id":        suite.roomOrder,
	"recordings stand newest first, ties by file id":      suite.recordingOrder,
	"every one is cut exactly, over the border too":       suite.exactCuts,
	"each query of a call has its own":                    suite.manyQueries,
	"a negative offset or limit is invalid":               suite.invalidQuery,
	"the slice that is returned is the caller's own":      suite.concurrentReads,
	"sessions that are hidden or ended are on none":       suite.unlistedRooms,
	"expiry moves the border":                             suite.expiryAtBorder,
	"one row has moved up or down and none is lost by it": suite.walk,
}

func (s suite) emptyCatalogue() {
	for _, q := range []streams.Query{{}, {Live: true, Limit: 10}, {Recorded: true, Limit: 10}, {Live: true, Recorded: true, Limit: 10, Offset: 3}} {
		if page := s.page(q); page.Total != 0 || len(page.Sessions) != 0 || len(page.Recordings) != 0 {
			s.t.Errorf("the page %+v of nothing is %+v", q, page)
		}
	}
}

func (s suite) roomOrder() {
	s.opens("x", "c", "B", "a", "中")
	s.online("c", "中", "B")
	s.clock.Move(time.Second)
	s.online("x")
	s.clock.Move(-2 * time.Second)
	s.online("a")
	s.wantLive("x", "B", "c", "中", "a")
}

func (s suite) recordingOrder() {
	s.goesLive("a", "b")
	s.adds(streams.Applied,
		file("a", "x", streams.FLV, 0, 900),
		file("b", "5", streams.FLV, 100, 200),
		file("a", "4", streams.FLV, 100, 200),
		file("b", "B", streams.FLV, 100, 300),
		file("a", "中", streams.FLV, 100, 300),
		file("a", "y", streams.FLV, 50, 200))
	s.wantRecorded("4", "5", "B", "中", "y", "x")
}

// exactCuts asks for every offset and limit of a list of 3 sessions and 4
// recordings, in one call.
func (s suite) exactCuts() {
	live, recorded := s.threeAndFour()
	var queries []streams.Query
	for offset := range 10 {
		for limit := range 10 {
			for _, q := range []streams.Query{{}, {Live: true}, {Recorded: true}, {Live: true, Recorded: true}} {
				q.Offset, q.Limit = offset, limit
				queries = append(queries, q)
			}
		}
	}
	queries = append(queries,
		streams.Query{Live: true, Recorded: true, Offset: math.MaxInt, Limit: math.MaxInt},
		streams.Query{Live: true, Recorded: true, Offset: 2, Limit: math.MaxInt},
		streams.Query{Live: true, Recorded: true, Offset: math.MaxInt, Limit: 1})
	got, err := combine.All(s.Pages(s.t.Context(), queries))
	if err != nil || len(got) != len(queries) {
		s.t.Fatalf("%d pages for %d queries: %v", len(got), len(queries), err)
	}
	for i, q := range queries {
		var list []string
		if q.Live {
			list = append(list, live...)
		}
		if q.Recorded {
			list = append(list, recorded...)
		}
		from := min(q.Offset, len(list))
		want := list[from : from+min(q.Limit, len(list)-from)]
		if rows := listed(got[i]); !slices.Equal(rows, want) || got[i].Total != len(list) {
			s.t.Errorf("the page %+v is %q of %d, want %q of %d", q, rows, got[i].Total, want, len(list))
		}
	}
}

// threeAndFour makes three live sessions and four recordings, and returns both in
// the order of the list.
func (s suite) threeAndFour() (live, recorded []string) {
	s.goesLive("c", "a", "b")
	s.adds(streams.Applied,
		file("a", "3", streams.FLV, 0, 100), file("b", "2", streams.FLV, 1, 101),
		file("c", "1", streams.HLS, 2, 102), file("b", "4", streams.MP4, 0, 200))
	return []string{"a", "b", "c"}, []string{"1", "2", "3", "4"}
}

func (s suite) manyQueries() {
	s.threeAndFour()
	one := streams.Query{Live: true, Limit: 1}
	two := streams.Query{Recorded: true, Limit: 1}
	got, err := combine.All(s.Pages(s.t.Context(), []streams.Query{two, one, one, two}))
	if err != nil || len(got) != 4 {
		s.t.Fatalf("%d pages for 4 queries: %v", len(got), err)
	}
	for i, want := range []string{"1", "a", "a", "1"} {
		if rows := listed(got[i]); !slices.Equal(rows, []string{want}) {
			s.t.Errorf("page %d is %q, want %q", i, rows, want)
		}
	}
	if got, err := combine.All(s.Pages(s.t.Context(), nil)); err != nil || len(got) != 0 {
		s.t.Errorf("no queries: %v, %v", got, err)
	}
	if got, err := combine.All(s.Sessions(s.t.Context(), nil)); err != nil || len(got) != 0 {
		s.t.Errorf("no users: %v, %v", got, err)
	}
	if got, err := combine.All(s.Recordings(s.t.Context(), nil)); err != nil || len(got) != 0 {
		s.t.Errorf("no keys: %v, %v", got, err)
	}
}

func (s suite) invalidQuery() {
	s.goesLive("a")
	good := streams.Query{Live: true, Limit: 1}
	for _, bad := range []streams.Query{
		{Live: true, Offset: -1, Limit: 1}, {Live: true, Limit: -1}, {Offset: math.MinInt}, {Recorded: true, Limit: math.MinInt},
	} {
		got := s.Pages(s.t.Context(), []streams.Query{bad, good})
		if len(got) != 2 || apierr.CodeOf(got[0].Err) != apierr.Invalid || got[1].Err != nil || got[1].Value.Total != 1 {
			s.t.Errorf("the page %+v and a good one: %v, want invalid for the first", bad, got)
		}
	}
}

// concurrentReads has every caller change the slice it was given.
func (s suite) concurrentReads() {
	s.threeAndFour()
	query, user, file := streams.Query{Live: true, Limit: 2}, "a", streams.FileKey{User: "a", FileID: "3"}
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 20 {
				pages := s.Pages(s.t.Context(), []streams.Query{query, query})
				sessions := s.Sessions(s.t.Context(), []string{user, "nobody"})
				recordings := s.Recordings(s.t.Context(), []streams.FileKey{file, {User: "a", FileID: "9"}})
				for i := range 2 {
					known := i == 0
					if pages[i].Err != nil || len(pages[i].Value.Sessions) != 2 || sessions[i].Err != nil || recordings[i].Err != nil ||
						(sessions[i].Value != nil) != known || (recordings[i].Value != nil) != known {
						s.t.Errorf("place %d has %v, %v, %v", i, pages[i], sessions[i], recordings[i])
					}
					pages[i].Value, sessions[i].Value, recordings[i].Value = streams.Page{}, nil, nil
				}
			}
		})
	}
	group.Wait()
}

func (s suite) unlistedRooms() {
	s.goesLive("on", "left", "cut", "again")
	s.opens("hidden")
	s.offline("left")
	s.ceased("cut", "A", 1, streams.Applied)
	s.open(opening("again", "other"))
	s.wantLive("on")
}

func (s suite) expiryAtBorder() {
	s.threeAndFour()
	s.clock.Move(liveTTL - time.Minute)
	s.online("b")
	s.clock.Move(time.Minute)
	page := s.page(streams.Query{Live: true, Recorded: true, Offset: 0, Limit: 3})
	if got, want := listed(page), []string{"b", "1", "2"}; !slices.Equal(got, want) || page.Total != 5 {
		s.t.Fatalf("the page is %q of %d, want %q of 5", got, page.Total, want)
	}
}

// walk pages through a list while sessions at its end and its beginning leave and
// return: what stays is met on the way.
func (s suite) walk() {
	const rooms = 30
	for i := range rooms {
		s.goesLive(fmt.Sprintf("u%02d", i))
	}
	var met []string
	for offset := 0; ; offset += 7 {
		page := s.page(streams.Query{Live: true, Offset: offset, Limit: 7})
		if len(page.Sessions) == 0 {
			break
		}
		if page.Total != rooms {
			s.t.Fatalf("the total at %d is %d, want %d", offset, page.Total, rooms)
		}
		met = append(met, listed(page)...)
		s.offline("u00", "u29")
		s.waitUntil(int64(offset))
		s.online("u00", "u29") // in their places again
	}
	if len(met) != rooms || !slices.IsSorted(met) || len(slices.Compact(slices.Clone(met))) != rooms {
		s.t.Fatalf("met %d rooms: %q", len(met), met)
	}
}
