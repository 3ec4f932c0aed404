// Package memberstest is the contract suite of members.Service. Every implementation
// runs it.
package memberstest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
)

// Settings are what a service is opened with.
type Settings struct {
	TTL   time.Duration
	Order string // oldest, newest or level
	Now   func() time.Time
}

type suite struct {
	members.Service
	t     *testing.T
	clock *clocktest.Clock
}

const ttl = time.Hour

// Run runs the suite; open returns a service on an empty store.
func Run(t *testing.T, open func(t *testing.T, settings Settings) members.Service) {
	for name, test := range map[string]func(suite){
		"an unknown room is empty":                           suite.unknown,
		"members stand oldest first and keep their place":    suite.order,
		"entering again refreshes name and picture":          suite.refresh,
		"entering three times counts once":                   suite.enterTwice,
		"quitting is safe to repeat":                         suite.quit,
		"who left and returns stands last":                   suite.returning,
		"a newer session empties the room":                   suite.newerSession,
		"an older session changes and shows nothing":         suite.olderSession,
		"pages divide a room without gap or overlap":         suite.paging,
		"a member leaves when his time has passed":           suite.expiry,
		"entering again begins the time anew":                suite.expiryRefreshed,
		"who returns after his time stands last, at level 0": suite.expiryReturn,
		"rooms do not mix":                                   suite.isolation,
		"the slice that is returned is the caller's own":     suite.aliasing,
		"concurrent entries all count":                       suite.concurrent,
		"the IM service alone enters and quits":              suite.presenceAlone,
		"the IM service and clients count once":              suite.presenceBeside,
		"an older word that seems newer changes nothing":     suite.presenceNoted,
		"how many came is known of past sessions too":        suite.audiences,
		"bad items are invalid and take no other along":      suite.invalid,
	} {
		t.Run(name, func(t *testing.T) { test(newSuite(t, open, "oldest")) })
	}
	t.Run("newest first", func(t *testing.T) { newSuite(t, open, "newest").newestFirst() })
	t.Run("highest level first, oldest first within", func(t *testing.T) { newSuite(t, open, "level").byLevel() })
}

func newSuite(t *testing.T, open func(*testing.T, Settings) members.Service, order string) suite {
	clock := &clocktest.Clock{}
	clock.Move(1_480_000_000 * time.Second)
	return suite{open(t, Settings{ttl, order, clock.Now}), t, clock}
}

func (s suite) unknown() {
	s.wantMembers(key("a", 1))
	s.quits(key("a", 1), "u")
	s.wantMembers(key("a", 1))
}

func (s suite) newerSession() {
	s.enters(key("a", 1), "u1", "u2")
	s.wantMembers(key("a", 2))
	s.enters(key("a", 2), "u2")
	s.wantMembers(key("a", 2), "u2")
	s.wantMembers(key("a", 1))
}

func (s suite) olderSession() {
	s.enters(key("a", 5), "u1")
	s.enters(key("a", 4), "u2")
	s.quits(key("a", 4), "u1")
	s.wantMembers(key("a", 5), "u1")
	s.wantMembers(key("a", 4))
}

func (s suite) isolation() {
	s.enters(key("a", 1), "u1")
	s.enters(key("a\x00", 1), "u2")
	s.enters(key("ab", 1), "u3")
	s.quits(key("ab", 1), "u1")
	s.wantMembers(key("a", 1), "u1")
	s.wantMembers(key("a\x00", 1), "u2")
	s.wantMembers(key("ab", 1), "u3")
}

func (s suite) aliasing() {
	s.enters(key("a", 1), "u1", "u2")
	query := members.Query{Room: key("a", 1), Limit: 10}
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 20 {
				pages := s.Pages(s.t.Context(), []members.Query{query, query})
				for i, page := range pages {
					if page.Err != nil || !slices.Equal(names(page.Value), []string{"u1", "u2"}) {
						s.t.Errorf("page %d is %v", i, page)
					}
					pages[i].Value = members.Page{}
				}
			}
		})
	}
	group.Wait()
	s.wantMembers(key("a", 1), "u1", "u2")
}

func (s suite) concurrent() {
	const callers = 64
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			for range 3 {
				entry := members.Entry{Room: key("hot", 1), User: fmt.Sprint("u", i)}
				if _, err := combine.All(s.Enter(s.t.Context(), []members.Entry{entry})); err != nil {
					s.t.Errorf("Enter: %v", err)
				}
			}
		})
	}
	group.Wait()
	if page := s.page(key("hot", 1), 0, 100); page.Total != callers || len(page.Members) != callers {
		s.t.Fatalf("%d members on a page of a room of %d, want %d", len(page.Members), page.Total, callers)
	}
}

func (s suite) invalid() {
	long := strings.Repeat("x", 4096)
	good := members.Entry{Room: key("a", 1), User: "good"}
	for _, bad := range []members.Entry{
		{Room: key("", 1), User: "u"}, {Room: key("a", 1)}, {Room: key(long, 1), User: "u"},
		{Room: key("a", 1), User: long}, {Room: key("a", 1), User: "u", Nickname: long},
		{Room: key("a", 1), User: "u", HeadPic: long},
	} {
		got := s.Enter(s.t.Context(), []members.Entry{bad, good})
		if len(got) != 2 || apierr.CodeOf(got[0].Err) != apierr.Invalid || got[1].Err != nil {
			s.t.Errorf("Enter(%.40v) and a good one: %v, want invalid for the first", bad, got)
		}
	}
	if _, err := combine.All(s.Pages(s.t.Context(), []members.Query{{Room: key("a", 1), Offset: -1}})); apierr.CodeOf(err) != apierr.Invalid {
		s.t.Errorf("Pages at offset -1: %v, want invalid", err)
	}
	s.wantMembers(key("a", 1), "good")
}
