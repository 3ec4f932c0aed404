package streamstest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

var stories = tests{
	"a story says what came, and why nothing happened":          suite.tellsStory,
	"a story says where a session stands":                       suite.tellsStanding,
	"what is told again and again makes no story grow":          suite.tellsOnce,
	"a story keeps its opening and its newest entries":          suite.tellsNewest,
	"the story of an earlier session is kept with its summary":  suite.tellsEarlier,
	"what time alone has done is in the story before any sweep": suite.tellsTime,
}

// story returns that of a session of "a", nil if there is none; 0 is the current one.
func (s suite) story(session int64) *streams.Story {
	s.t.Helper()
	stories, err := combine.All(s.Stories(s.t.Context(), []streams.StoryKey{{User: unknown}, {User: "a", Session: session}}))
	if err != nil || len(stories) != 2 || stories[0] != nil {
		s.t.Fatalf("Stories: %+v, %v", stories, err)
	}
	return stories[1]
}

// wantTold checks what the entries of the story of "a" say, without their times.
func (s suite) wantTold(want ...string) {
	s.t.Helper()
	story := s.story(0)
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
	entries := s.story(0).Entries
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
	story := s.story(0)
	if story == nil || story.Standing != want || story.Reason != reason || !story.Current {
		s.t.Fatalf("it stands as %+v, want %s, %s", story, want, reason)
	}
}

func (s suite) tellsStanding() {
	s.opens("a")
	s.wantStanding(streams.NeverOnline, "")
	s.online("a")
	s.wantStanding(streams.Listed, "")
	if story := s.story(0); story.Until != s.clock.Now().Add(liveTTL).UnixMilli() {
		s.t.Errorf("it is listed until %d", story.Until)
	}
	s.offline("a")
	s.wantStanding(streams.Over, streams.ByClient)
	s.clock.Move(anchorTTL)
	if story := s.story(0); story != nil {
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
	if e := s.story(0).Entries[5]; e.Times != 99 || e.Last != s.clock.Now().UnixMilli() {
		s.t.Errorf("the repetition is %+v, want it 99 times, until %d", e, s.clock.Now().UnixMilli())
	}
	for range 100 {
		s.ceased("a", "A", 1, streams.Repeated)
	}
	if e := s.story(0).Entries[5]; e.Times != 99 {
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
	story := s.story(0)
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
	story := s.story(first)
	if story == nil || story.Current || story.Standing != streams.Over || story.Reason != streams.Replaced || story.Session.Group != "g" {
		s.t.Fatalf("the earlier session is %+v", story)
	}
	if got := told(story); !slices.Equal(got, []string{"action open applied", "action online applied", "action replaced applied"}) {
		s.t.Errorf("its story is %q", got)
	}
	if now := s.story(s.session("a").Number); now == nil || !now.Current {
		s.t.Errorf("the current one under its number is %+v", now)
	}
	if other := s.story(first + 1); other != nil && !other.Current {
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
		if story := s.story(0); story.Ended != end || story.Entries[2].At != end {
			s.t.Fatalf("it ended at %d, told at %d, want %d", story.Ended, story.Entries[2].At, end)
		}
	}
	check()
	s.sweeps()
	check()
}
