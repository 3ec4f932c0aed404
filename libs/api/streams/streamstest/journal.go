package streamstest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

var journal = tests{
	"a story says what came, and why nothing happened":                    suite.tellsStory,
	"a story says where a session stands":                                 suite.tellsStanding,
	"what is told again and again makes no story grow":                    suite.tellsOnce,
	"a story keeps its opening and its newest entries":                    suite.tellsNewest,
	"the story of an earlier session is kept with its summary":            suite.tellsEarlier,
	"what time alone has done is in the story before any sweep":           suite.tellsTime,
	"a session that ends leaves one summary, with its reason":             suite.leavesSummary,
	"a session that goes on changes its summary":                          suite.changesSummary,
	"a summary counts recordings, late ones too":                          suite.countsRecordings,
	"summaries are read by user and by time, page by page":                suite.readsSummaries,
	"of a user so many summaries are kept, and for so long":               suite.boundsSummaries,
	"every change of the list is in the log, under numbers without a gap": suite.logsChanges,
	"what leaves the list by time alone is in the log after a sweep":      suite.logsTime,
	"what a page shows and what changed since are the list":               suite.followsChanges,
	"the log is bounded": suite.boundsLog,
}

func (s suite) story(user string, session int64) *streams.Story {
	s.t.Helper()
	stories, err := combine.All(s.Stories(s.t.Context(), []streams.StoryKey{{User: unknown}, {User: user, Session: session}}))
	if err != nil || len(stories) != 2 || stories[0] != nil {
		s.t.Fatalf("Stories: %+v, %v", stories, err)
	}
	return stories[1]
}

// wantTold checks what the entries of the story of "a" say, without their times.
func (s suite) wantTold(want ...string) {
	s.t.Helper()
	story := s.story("a", 0)
	if story == nil {
		s.t.Fatal("there is no story")
	}
	if got := told(story); !slices.Equal(got, want) {
		s.t.Fatalf("the story is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func told(story *streams.Story) (lines []string) {
	for _, e := range story.Entries {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", e.Source, e.What, e.Verdict, e.ID)))
	}
	return lines
}

func (s suite) tellsStory() {
	s.open(opening("a", "g"))
	s.open(opening("a", "g"))
	s.waitUntil(1)
	s.online("a")
	s.began("a", "A", 2, streams.Applied)
	s.began("a", "B x\n\"", 3, streams.Applied)
	s.ceased("a", "A", 4, streams.WrongSequence)
	s.began("a", "A", 2, streams.EndedPush)
	s.ceased("a", "B x\n\"", 5, streams.Applied)
	s.offline("a")
	s.adds(streams.Applied, file("a", "f", streams.FLV, 0, 100))
	s.wantTold("action open applied", "action open repeated", "action online applied",
		"event push_began applied A", "event push_began applied B x\n\"", "event push_ended wrong_sequence A",
		"event push_began ended_push A", "event push_ended applied B x\n\"", "action offline not_online", "event recording applied f")
	entries := s.story("a", 0).Entries
	if at := time.Unix(epoch+1, int64(within)).UnixMilli(); entries[2].At != at || entries[2].SentAt != 0 {
		s.t.Errorf("online is told as %+v, want it at %d", entries[2], at)
	}
	if entries[3].SentAt != (epoch+2)*1000 {
		s.t.Errorf("the push is told as %+v, want the platform's time", entries[3])
	}
}

// wantStanding checks where "a" stands.
func (s suite) wantStanding(want streams.Standing, reason streams.Reason) {
	s.t.Helper()
	story := s.story("a", 0)
	if story == nil || story.Standing != want || story.Reason != reason || !story.Current {
		s.t.Fatalf("it stands as %+v, want %s, %s", story, want, reason)
	}
}

func (s suite) tellsStanding() {
	s.opens("a")
	s.wantStanding(streams.NeverOnline, "")
	s.online("a")
	s.wantStanding(streams.Listed, "")
	if story := s.story("a", 0); story.Until != s.clock.Now().Add(liveTTL).UnixMilli() {
		s.t.Errorf("it is listed until %d", story.Until)
	}
	s.offline("a")
	s.wantStanding(streams.Over, streams.ByClient)
	s.clock.Move(anchorTTL)
	if story := s.story("a", 0); story != nil {
		s.t.Errorf("what is forgotten has a story: %+v", story)
	}
}

func (s suite) tellsOnce() {
	s.goesLive("a")
	s.offline("a")
	s.ceased("a", "A", 1, streams.NotOnline)
	for range 100 {
		s.clock.Move(2 * time.Second)
		s.offline("a")
		s.ceased("a", "A", 1, streams.Repeated)
	}
	s.wantTold("action open applied", "action online applied", "action offline applied",
		"event push_ended not_online A", "action offline repeated", "event push_ended repeated A")
	if e := s.story("a", 0).Entries[5]; e.Times != 99 || e.Last != s.clock.Now().UnixMilli() {
		s.t.Errorf("the repetition is %+v, want it 99 times, until %d", e, s.clock.Now().UnixMilli())
	}
	for range 100 {
		s.ceased("a", "A", 1, streams.Repeated)
	}
	if e := s.story("a", 0).Entries[5]; e.Times != 99 {
		s.t.Errorf("within one second it is counted: %+v", e)
	}
}

func (s suite) tellsNewest() {
	s.goesLive("a")
	s.began("a", "s0", 0, streams.Applied)
	for i := range 101 {
		if i == 0 {
			continue
		}
		s.began("a", fmt.Sprint("s", i), 4*int64(i), streams.Applied)
		s.clock.Move(2 * time.Second)
		s.began("a", fmt.Sprint("s", i-1), 4*int64(i), streams.EndedPush)
		s.clock.Move(2 * time.Second)
	}
	story := s.story("a", 0)
	if len(story.Entries) > streams.MaxEntries || story.Entries[0].What != streams.WentOpen || story.Dropped == 0 {
		s.t.Errorf("%d entries, %d dropped, the first is %+v", len(story.Entries), story.Dropped, story.Entries[0])
	}
	if last := story.Entries[len(story.Entries)-1]; last.ID != "s99" {
		s.t.Errorf("the last is %+v", last)
	}
}

func (s suite) tellsEarlier() {
	s.goesLive("a")
	first := s.session("a").Number
	s.clock.Move(time.Second)
	s.open(opening("a", "h"))
	story := s.story("a", first)
	if story == nil || story.Current || story.Standing != streams.Over || story.Reason != streams.Replaced || story.Session.Group != "g" {
		s.t.Fatalf("the earlier session is %+v", story)
	}
	if got := told(story); !slices.Equal(got, []string{"action open applied", "action online applied", "action replaced applied"}) {
		s.t.Errorf("its story is %q", got)
	}
	if now := s.story("a", s.session("a").Number); now == nil || !now.Current {
		s.t.Errorf("the current one under its number is %+v", now)
	}
	if other := s.story("a", first+1); other != nil && !other.Current {
		s.t.Errorf("a session that never was is %+v", other)
	}
}

func (s suite) tellsTime() {
	s.goesLive("a")
	end := s.clock.Now().Add(liveTTL).UnixMilli()
	s.clock.Move(2 * liveTTL)
	check := func() {
		s.t.Helper()
		s.wantStanding(streams.Over, streams.Expired)
		s.wantTold("action open applied", "action online applied", "time expired applied")
		if story := s.story("a", 0); story.Ended != end || story.Entries[2].At != end {
			s.t.Fatalf("it ended at %d, told at %d, want %d", story.Ended, story.Entries[2].At, end)
		}
	}
	check()
	s.sweeps()
	check()
}

func (s suite) summaries(q streams.SummaryQuery) []streams.Summary {
	s.t.Helper()
	if q.Limit == 0 {
		q.Limit = streams.MaxLimit
	}
	page, err := s.Summaries(s.t.Context(), q)
	if err != nil {
		s.t.Fatalf("Summaries(%+v): %v", q, err)
	}
	return page.Summaries
}

func (s suite) leavesSummary() {
	s.goesLive("client", "platform", "expired", "replaced", "operator", "denied", "banned")
	s.opens("forgotten")
	s.clock.Move(time.Minute)
	s.offline("client")
	s.began("platform", "A", 1, streams.Applied)
	s.ceased("platform", "A", 2, streams.Applied)
	s.open(opening("replaced", "h"))
	s.verdict(streams.Applied)(s.End(s.t.Context(), streams.Ending{User: "operator", Source: streams.Operator}))
	s.verdict(streams.Applied)(s.Deny(s.t.Context(), streams.Sighting{User: "denied", Source: streams.Poll}))
	s.bans(streams.Ban{User: "banned", Until: streams.MaxUntil, GoingLive: true})
	s.clock.Move(25 * time.Hour)
	s.sweeps()
	got := map[string]streams.Summary{}
	for _, summary := range s.summaries(streams.SummaryQuery{}) {
		if summary.Group == "g" {
			got[summary.User] = summary
		}
	}
	for user, reason := range map[string]streams.Reason{
		"client": streams.ByClient, "platform": streams.ByPlatform, "expired": streams.Expired, "replaced": streams.Replaced,
		"operator": streams.ByOperator, "denied": streams.Denied, "banned": streams.ByBan, "forgotten": streams.Expired,
	} {
		summary, kept := got[user]
		if !kept || summary.Reason != reason || summary.Title != "直播 of "+user || summary.Session == 0 {
			s.t.Errorf("the summary of %q is %+v, want %s", user, summary, reason)
		}
		if began := epoch*1000 + within.Milliseconds(); summary.Began != began && user != "forgotten" || summary.Opened != began {
			s.t.Errorf("%q began at %d, opened at %d", user, summary.Began, summary.Opened)
		}
	}
	if end := (epoch+60)*1000 + within.Milliseconds(); got["client"].Ended != end || got["expired"].Ended != epoch*1000+within.Milliseconds()+liveTTL.Milliseconds() {
		s.t.Errorf("client ended at %d, want %d; expired at %d", got["client"].Ended, end, got["expired"].Ended)
	}
}

func (s suite) changesSummary() {
	s.goesLive("a")
	s.offline("a")
	s.clock.Move(time.Second)
	s.online("a")
	if got := s.summaries(streams.SummaryQuery{User: "a"}); len(got) != 0 {
		s.t.Errorf("a session that goes on has the summary %+v", got)
	}
	s.clock.Move(time.Second)
	s.began("a", "A", 2, streams.Applied)
	s.ceased("a", "A", 3, streams.Applied)
	got := s.summaries(streams.SummaryQuery{User: "a"})
	if len(got) != 1 || got[0].Reason != streams.ByPlatform || got[0].Ended != s.clock.Now().UnixMilli() {
		s.t.Errorf("it has %+v", got)
	}
}

func (s suite) countsRecordings() {
	s.goesLive("a")
	s.adds(streams.Applied, file("a", "f1", streams.FLV, 0, 100), file("a", "h1", streams.HLS, 0, 100))
	s.waitUntil(200)
	s.offline("a")
	s.adds(streams.Applied, file("a", "f2", streams.FLV, 100, 200))
	s.waitUntil(300)
	s.open(opening("a", "h"))
	s.online("a")
	s.adds(streams.Applied, file("a", "f3", streams.FLV, 50, 150))
	s.adds(streams.Applied, file("a", "f4", streams.FLV, 300, 400))
	s.offline("a")
	got := s.summaries(streams.SummaryQuery{User: "a"})
	if len(got) != 2 || got[0].Recordings != 1 || got[1].Recordings != 3 {
		s.t.Errorf("summaries are %+v, want 1 and 3 recordings", got)
	}
}

func (s suite) readsSummaries() {
	const each = 5
	for i := range int64(each) {
		for _, user := range []string{"a", "b", "ab"} {
			s.open(opening(user, fmt.Sprint("g", i)))
			s.online(user)
		}
		s.clock.Move(time.Second)
		s.offline("a", "b", "ab")
	}
	all := s.summaries(streams.SummaryQuery{})
	if len(all) != 3*each {
		s.t.Fatalf("%d summaries, want %d", len(all), 3*each)
	}
	var paged []streams.Summary
	for after, more := (streams.SummaryPlace{}), true; more; {
		page, err := s.Summaries(s.t.Context(), streams.SummaryQuery{After: after, Limit: 4})
		if err != nil || len(page.Summaries) == 0 {
			s.t.Fatalf("Summaries: %+v, %v", page, err)
		}
		paged, more = append(paged, page.Summaries...), page.More
		after = paged[len(paged)-1].Place()
	}
	if !slices.Equal(paged, all) || !slices.IsSortedFunc(all, func(x, y streams.Summary) int { return int(y.Ended - x.Ended) }) {
		s.t.Errorf("page by page they are\n%+v, want\n%+v", paged, all)
	}
	third := all[6].Ended
	if got := s.summaries(streams.SummaryQuery{From: third, To: third + 1}); !slices.Equal(got, all[6:9]) {
		s.t.Errorf("of one moment are %+v, want %+v", got, all[6:9])
	}
	if got := s.summaries(streams.SummaryQuery{User: "a", From: third}); len(got) != 3 || got[0].User != "a" {
		s.t.Errorf("of a since then are %+v", got)
	}
}

func (s suite) boundsSummaries() {
	for i := range streams.MaxSummaries + 5 {
		s.open(opening("a", fmt.Sprint("g", i)))
		s.clock.Move(time.Hour / (maxOpens - 1))
	}
	got := s.summaries(streams.SummaryQuery{User: "a"})
	if len(got) != streams.MaxSummaries || got[0].Group != fmt.Sprint("g", streams.MaxSummaries+3) {
		s.t.Fatalf("%d summaries, the first %+v", len(got), got[0])
	}
	if all := s.summaries(streams.SummaryQuery{}); len(all) != len(got) {
		s.t.Errorf("%d are listed, %d of the user", len(all), len(got))
	}
	s.clock.Move(summaryTTL)
	if got := s.summaries(streams.SummaryQuery{User: "a"}); len(got) != 0 {
		s.t.Errorf("after their time there are %d", len(got))
	}
	s.sweeps()
	if got := s.summaries(streams.SummaryQuery{}); len(got) > 1 {
		s.t.Errorf("after a sweep there are %d", len(got))
	}
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
