package streamstest

import (
	"fmt"
	"sync"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
)

const crowd = 48

var crowds = tests{
	"concurrent openings of one session are one session":  suite.concurrentOpenings,
	"concurrent sessions of one user all differ":          suite.concurrentSessions,
	"concurrent files of one recording make one row":      suite.concurrentFiles,
	"every page has its rows and its total of one moment": suite.consistentPages,
}

// together runs act for every number below crowd at once.
func together(act func(i int)) {
	var group sync.WaitGroup
	for i := range crowd {
		group.Go(func() { act(i) })
	}
	group.Wait()
}

func (s suite) concurrentOpenings() {
	sessions := make([]streams.Session, crowd)
	together(func(i int) {
		opened, err := s.Open(s.t.Context(), opening("a", "g"))
		if err != nil {
			s.t.Errorf("Open: %v", err)
		}
		sessions[i] = opened.Session
	})
	for _, session := range sessions {
		s.wantSession(session)
	}
}

func (s suite) concurrentSessions() {
	sessions := make([]int64, crowd)
	together(func(i int) {
		opened, err := s.Open(s.t.Context(), opening("a", fmt.Sprint("group", i)))
		if err != nil {
			s.t.Errorf("Open: %v", err)
		}
		sessions[i] = opened.Session.Number
	})
	seen, newest := map[int64]bool{}, int64(0)
	for _, session := range sessions {
		seen[session], newest = true, max(newest, session)
	}
	if got := s.session("a").Number; len(seen) != crowd || got != newest {
		s.t.Fatalf("%d openings made %d sessions, up to %d; the current one is %d", crowd, len(seen), newest, got)
	}
}

func (s suite) concurrentFiles() {
	s.goesLive("a")
	formats := []streams.Format{streams.FLV, streams.HLS, streams.MP4}
	together(func(i int) {
		format := formats[i%len(formats)]
		f := file("a", string(format), format, int64(i%2), 100)
		if _, err := s.AddFile(s.t.Context(), f); err != nil {
			s.t.Errorf("AddFile: %v", err)
		}
	})
	page := s.page(streams.Query{Recorded: true, Limit: 10})
	if page.Total != 1 || page.Recordings[0].FLV == "" || page.Recordings[0].HLS == "" || page.Recordings[0].MP4 == "" {
		s.t.Fatalf("recorded are %+v", page)
	}
}

// consistentPages has every user go on and off the list while looking at it.
func (s suite) consistentPages() {
	s.goesLive("watched")
	s.adds(streams.Applied, file("watched", "f", streams.FLV, 0, 100))
	together(func(i int) {
		user := fmt.Sprintf("u%02d", i)
		_, err := s.Open(s.t.Context(), opening(user, "g"))
		for round := range 6 {
			if err == nil {
				err = s.SetStatus(s.t.Context(), streams.Status{User: user, Online: round%2 == 0})
			}
			if err == nil {
				err = s.look(user, round%2 == 0)
			}
		}
		if err == nil {
			err = s.SetStatus(s.t.Context(), streams.Status{User: user, Online: true})
		}
		if err != nil {
			s.t.Error(err)
		}
	})
	if total := s.page(streams.Query{Live: true}).Total; total != crowd+1 {
		s.t.Fatalf("%d rooms are listed, want %d", total, crowd+1)
	}
}

// look checks a page of everything: it is whole, and the user is on it if, and only if, the
// reply to the user said so.
func (s suite) look(user string, want bool) error {
	found, err := combine.All(s.Pages(s.t.Context(), []streams.Query{{Live: true, Recorded: true, Limit: 1000}}))
	if err != nil {
		return fmt.Errorf("look: %w", err)
	}
	page, got := found[0], false
	for i, session := range page.Sessions {
		if i > 0 && session.User <= page.Sessions[i-1].User {
			return fmt.Errorf("%q stands after %q", session.User, page.Sessions[i-1].User)
		}
		got = got || session.User == user
	}
	if page.Total != len(page.Sessions)+len(page.Recordings) || len(page.Recordings) != 1 {
		return fmt.Errorf("%d rooms and %d recordings on a page of all %d", len(page.Sessions), len(page.Recordings), page.Total)
	}
	if got != want {
		return fmt.Errorf("%q is on the list: %t, want %t", user, got, want)
	}
	return nil
}
