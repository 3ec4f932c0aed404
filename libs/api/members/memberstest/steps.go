package memberstest

import (
	"slices"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/combine"
)

func key(name string, session int64) members.Key { return members.Key{Name: name, Session: session} }

func (s suite) enter(entries ...members.Entry) {
	s.t.Helper()
	if _, err := combine.All(s.Enter(s.t.Context(), entries)); err != nil {
		s.t.Fatalf("Enter: %v", err)
	}
}

func (s suite) enters(where members.Key, users ...string) {
	s.t.Helper()
	for _, user := range users {
		s.enter(members.Entry{Room: where, User: user})
	}
}

func (s suite) quits(where members.Key, users ...string) {
	s.t.Helper()
	for _, user := range users {
		if _, err := combine.All(s.Quit(s.t.Context(), []members.Exit{{Room: where, User: user}})); err != nil {
			s.t.Fatalf("Quit: %v", err)
		}
	}
}

func (s suite) page(where members.Key, offset, limit int) members.Page {
	s.t.Helper()
	pages, err := combine.All(s.Pages(s.t.Context(), []members.Query{{Room: where, Offset: offset, Limit: limit}}))
	if err != nil {
		s.t.Fatalf("Pages: %v", err)
	}
	if pages[0].Members == nil {
		s.t.Fatal("the list of members is nil, want an empty one")
	}
	return pages[0]
}

// wantMembers checks list, total and size at once: they are one number.
func (s suite) wantMembers(where members.Key, want ...string) {
	s.t.Helper()
	page := s.page(where, 0, 100)
	sizes, err := combine.All(s.Sizes(s.t.Context(), []members.Key{where}))
	if err != nil {
		s.t.Fatalf("Sizes: %v", err)
	}
	if !slices.Equal(names(page), want) || page.Total != len(want) || sizes[0] != len(want) {
		s.t.Fatalf("members of %+v are %v (total %d, size %d), want %v", where, names(page), page.Total, sizes[0], want)
	}
}

func names(page members.Page) (users []string) {
	for _, member := range page.Members {
		users = append(users, member.User)
	}
	return users
}
