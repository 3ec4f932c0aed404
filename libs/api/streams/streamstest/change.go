package streamstest

import (
	"fmt"
	"slices"
	"strings"

	"xiaozhibo.dev/libs/api/streams"
)

var changes = tests{
	"every change of the list is in the log, under numbers without a gap": suite.logsChanges,
	"what leaves the list by time alone is in the log after a sweep":      suite.logsTime,
	"what a page shows and what changed since are the list":               suite.followsChanges,
	"the log is bounded": suite.boundsLog,
}

// changes returns all that is in the log behind after.
func (s suite) changes(after int64) (all []streams.Change) {
	s.t.Helper()
	for {
		page, err := s.Changes(s.t.Context(), streams.ChangeQuery{After: after, Limit: 3})
		if err != nil {
			s.t.Fatalf("Changes: %v", err)
		}
		if len(page.Changes) == 0 {
			if page.Newest != after && after != 0 {
				s.t.Fatalf("the log ends with %d, and %d is said", after, page.Newest)
			}
			return all
		}
		for _, c := range page.Changes {
			if after != 0 && c.Number != after+1 {
				s.t.Fatalf("after %d comes %+v", after, c)
			}
			after, all = c.Number, append(all, c)
		}
	}
}

func (s suite) wantChanges(after int64, want ...string) int64 {
	s.t.Helper()
	var got []string
	for _, c := range s.changes(after) {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s%s %v %s", c.Kind, c.User, c.FileID, c.New, c.Reason)))
		after = c.Number
	}
	if !slices.Equal(got, want) {
		s.t.Fatalf("changes are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return after
}

func (s suite) logsChanges() {
	if page, err := s.Changes(s.t.Context(), streams.ChangeQuery{Limit: 1}); err != nil || page.Oldest != page.Newest+1 {
		s.t.Fatalf("an empty log is %+v, %v", page, err)
	}
	s.opens("a")
	s.online("a", "a")
	s.open(opening("a", "g"))
	texts := opening("a", "g")
	texts.Title = "another"
	s.open(texts)
	last := s.wantChanges(0, "listed a true", "changed a false")
	s.offline("a")
	s.online("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100))
	s.adds(streams.Repeated, file("a", "f", streams.FLV, 0, 100))
	s.adds(streams.Applied, file("a", "h", streams.HLS, 0, 100))
	last = s.wantChanges(last, "left a false client", "listed a false", "recorded af true", "recorded af false")
	s.open(opening("a", "h"))
	s.wantChanges(last, "left a false replaced")
	for _, c := range s.changes(0) {
		switch c.Kind {
		case streams.SessionListed, streams.SessionChanged:
			if c.Row == nil || c.Row.User != "a" || !c.Row.Online || c.Row.Number != c.Session {
				s.t.Errorf("%+v has the row %+v", c, c.Row)
			}
		case streams.SessionLeft:
			if c.Summary == nil || c.Summary.Session != c.Session || c.Summary.Reason != c.Reason {
				s.t.Errorf("%+v has the summary %+v", c, c.Summary)
			}
		case streams.RecordingListed:
			if c.Recording == nil || c.Recording.FLV == "" {
				s.t.Errorf("%+v has the row %+v", c, c.Recording)
			}
		}
		if c.At != s.clock.Now().UnixMilli() {
			s.t.Errorf("%+v was at %d", c, s.clock.Now().UnixMilli())
		}
	}
}

func (s suite) logsTime() {
	s.goesLive("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100))
	last := s.wantChanges(0, "listed a true", "recorded af true")
	s.clock.Move(liveTTL)
	s.sweeps()
	last = s.wantChanges(last, "left a false expired")
	s.clock.Move(window)
	s.sweeps()
	s.sweeps()
	s.wantChanges(last, "removed af false expired")
}

// followsChanges keeps a list by changes alone, beside the one that pages show.
func (s suite) followsChanges() {
	s.goesLive("a", "b")
	page := s.page(streams.Query{Live: true, Recorded: true, Limit: 100})
	list := map[string]bool{}
	for _, name := range listed(page) {
		list[name] = true
	}
	s.goesLive("c")
	s.offline("a")
	s.adds(streams.Applied, file("b", "f", streams.FLV, 0, 100))
	s.online("a")
	s.offline("b")
	for _, c := range s.changes(page.Change) {
		switch c.Kind {
		case streams.SessionListed:
			list[c.User] = true
		case streams.SessionLeft:
			delete(list, c.User)
		case streams.RecordingListed:
			list[c.FileID] = true
		}
	}
	now := s.page(streams.Query{Live: true, Recorded: true, Limit: 100})
	if len(list) != now.Total || !list["a"] || !list["c"] || !list["f"] {
		s.t.Errorf("by changes the list is %v, and it is %q", list, listed(now))
	}
	if rest := s.changes(now.Change); len(rest) != 0 {
		s.t.Errorf("the page says it is in step with %d, then came %+v", now.Change, rest)
	}
}

func (s suite) boundsLog() {
	s.opens("a")
	for range maxChanges {
		s.online("a")
		s.offline("a")
	}
	s.sweeps()
	page, err := s.Changes(s.t.Context(), streams.ChangeQuery{Limit: streams.MaxLimit})
	if err != nil || page.Newest-page.Oldest+1 != maxChanges || page.Changes[0].Number != page.Oldest {
		s.t.Errorf("the log is from %d to %d, %v; want %d changes", page.Oldest, page.Newest, err, maxChanges)
	}
}
