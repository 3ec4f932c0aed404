package streamstest

import (
	"fmt"
	"slices"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

var summaries = tests{
	"a session that ends leaves one summary, with its reason": suite.leavesSummary,
	"a session that goes on changes its summary":              suite.changesSummary,
	"a summary counts recordings, late ones too":              suite.countsRecordings,
	"summaries are read by user and by time, page by page":    suite.readsSummaries,
	"of a user so many summaries are kept, and for so long":   suite.boundsSummaries,
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
