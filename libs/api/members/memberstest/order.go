package memberstest

import (
	"fmt"
	"slices"

	"xiaozhibo.dev/libs/api/members"
)

func (s suite) order() {
	s.enters(key("a", 1), "u3", "u1", "u2")
	s.enters(key("a", 1), "u3", "u4")
	s.wantMembers(key("a", 1), "u3", "u1", "u2", "u4")
}

func (s suite) refresh() {
	s.enter(members.Entry{Room: key("a", 1), User: "u", Nickname: "old", HeadPic: "http://old"})
	s.enter(members.Entry{Room: key("a", 1), User: "u", Nickname: "新", HeadPic: ""})
	got := s.page(key("a", 1), 0, 10).Members
	if want := []members.Member{{User: "u", Nickname: "新"}}; !slices.Equal(got, want) {
		s.t.Fatalf("members are %+v, want %+v", got, want)
	}
}

func (s suite) enterTwice() {
	one := members.Entry{Room: key("a", 1), User: "u"}
	s.enter(one, one)
	s.enter(one)
	s.wantMembers(key("a", 1), "u")
}

func (s suite) quit() {
	s.enters(key("a", 1), "u1", "u2")
	s.quits(key("a", 1), "u1", "u1", "u9")
	s.quits(key("a", 1), "u1")
	s.wantMembers(key("a", 1), "u2")
	s.quits(key("a", 1), "u2")
	s.wantMembers(key("a", 1))
}

func (s suite) returning() {
	s.enters(key("a", 1), "u1", "u2")
	s.quits(key("a", 1), "u1")
	s.enters(key("a", 1), "u1")
	s.wantMembers(key("a", 1), "u2", "u1")
}

func (s suite) paging() {
	var users []string
	for i := range 25 {
		users = append(users, fmt.Sprintf("u%02d", i))
	}
	s.enters(key("a", 1), users...)
	var walked []string
	for offset := 0; ; offset += 10 {
		page := s.page(key("a", 1), offset, 10)
		if page.Total != 25 {
			s.t.Fatalf("total at offset %d is %d, want 25", offset, page.Total)
		}
		if len(page.Members) == 0 {
			break
		}
		walked = append(walked, names(page)...)
	}
	if !slices.Equal(walked, users) {
		s.t.Fatalf("walked %v, want %v", walked, users)
	}
	if page := s.page(key("a", 1), 0, 0); page.Total != 25 || len(page.Members) != 0 {
		s.t.Fatalf("a page of no rows is %+v", page)
	}
}

func (s suite) newestFirst() {
	s.enters(key("a", 1), "u1", "u2", "u3")
	s.enters(key("a", 1), "u1")
	s.wantMembers(key("a", 1), "u3", "u2", "u1")
}

func (s suite) byLevel() {
	level := func(n int32) *int32 { return &n }
	s.enter(
		members.Entry{Room: key("a", 1), User: "u1"},
		members.Entry{Room: key("a", 1), User: "u2", Level: level(7)},
		members.Entry{Room: key("a", 1), User: "u3", Level: level(7)},
		members.Entry{Room: key("a", 1), User: "u4", Level: level(-1)},
	)
	s.wantMembers(key("a", 1), "u2", "u3", "u1", "u4")
	s.enter(members.Entry{Room: key("a", 1), User: "u1", Level: level(9)}, members.Entry{Room: key("a", 1), User: "u2"})
	s.wantMembers(key("a", 1), "u1", "u2", "u3", "u4")
}
