package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/services/room"
)

const ttl = time.Hour

// rules is a store with the steps of a story.
type rules struct {
	*testing.T
	room.Store
	clock *clocktest.Clock
}

// runRules runs what a map does not show: the cap, and clocks that are wrong.
func runRules(t *testing.T, open Open) {
	for _, order := range []room.Order{room.Oldest, room.Newest, room.ByLevel} {
		for name, story := range map[string]func(rules){
			"a full room lets nobody else in":            rules.full,
			"a session of the day after tomorrow":        rules.ahead,
			"who entered in the future leaves in time":   rules.future,
			"pages skip who is due before it is settled": rules.skipped,
		} {
			t.Run(fmt.Sprintf("%s, in order %s", name, order), func(t *testing.T) {
				clock := &clocktest.Clock{}
				store, _ := open(t, room.Config{MemberTTL: ttl, MemberOrder: order, MaxMembers: 3}, clock.Now)
				story(rules{t, store, clock})
			})
		}
	}
}

func (r rules) key(session int64) members.Key { return members.Key{Name: "hall", Session: session} }

// enters returns the code of each.
func (r rules) enters(session int64, users ...string) string {
	r.Helper()
	var entries []members.Entry
	for _, user := range users {
		entries = append(entries, members.Entry{Room: r.key(session), User: user})
	}
	var codes []string
	for _, entered := range r.Enter(r.Context(), entries) {
		codes = append(codes, string(apierr.CodeOf(entered.Err)))
	}
	return strings.Join(codes, " ")
}

func (r rules) sweeps() {
	r.Helper()
	if err := r.Sweep(r.Context()); err != nil {
		r.Fatalf("Sweep: %v", err)
	}
}

// wantSize checks size, total and page at once.
func (r rules) wantSize(session int64, want int) {
	r.Helper()
	page, err := combine.One(r.Pages(r.Context(), []members.Query{{Room: r.key(session), Limit: 100}}))
	size, err2 := combine.One(r.Sizes(r.Context(), []members.Key{r.key(session)}))
	if err != nil || err2 != nil || page.Total != want || len(page.Members) != want || size != want {
		r.Fatalf("the page is %+v, %v, the size %d, %v, want %d members", page, err, size, err2, want)
	}
}

// full: who is there already may stay, and whoever leaves or is due makes room.
func (r rules) full() {
	if got := r.enters(1, "a", "b", "c", "d", "a", "e"); got != "   too_many  too_many" {
		r.Errorf("entering a room of 3 gave %q", got)
	}
	if got := r.enters(1, "b"); got != "" {
		r.Errorf("who is there may not stay: %q", got)
	}
	r.wantSize(1, 3)
	if _, err := combine.All(r.Quit(r.Context(), []members.Exit{{Room: r.key(1), User: "a"}})); err != nil {
		r.Fatal(err)
	}
	if got := r.enters(1, "d", "e"); got != " too_many" {
		r.Errorf("after one has left: %q", got)
	}
	r.clock.Move(ttl)
	if got := r.enters(1, "f", "g", "h", "i"); got != "   too_many" {
		r.Errorf("after all were due: %q", got)
	}
	if got := r.enters(2, "a", "b", "c", "d"); got != "   too_many" {
		r.Errorf("under a newer session: %q", got)
	}
	r.wantSize(2, 3)
}

// ahead: a session that only a wrong clock can have made is no fence, one within a day is.
func (r rules) ahead() {
	now := r.clock.Now().UnixMilli()
	r.enters(now+(48*time.Hour).Milliseconds(), "ghost")
	r.wantSize(now, 0)
	if got := r.enters(now, "a", "b"); got != " " {
		r.Errorf("entering gave %q", got)
	}
	r.wantSize(now, 2)
	r.enters(now-1, "late")
	r.wantSize(now, 2)
	r.enters(now+time.Hour.Milliseconds(), "c") // within a day
	r.wantSize(now+time.Hour.Milliseconds(), 1)
}

// future: a clock that was put back has left members who entered later than now. The sweep
// lets them have entered now, so they leave a time to live from then on.
func (r rules) future() {
	r.clock.Move(30 * 24 * time.Hour)
	r.enters(1, "a", "b")
	r.clock.Move(-30 * 24 * time.Hour)
	r.wantSize(1, 2)
	r.sweeps()
	r.clock.Move(ttl / 2)
	r.enters(1, "a")
	r.clock.Move(ttl / 2)
	r.wantSize(1, 1)
	r.clock.Move(ttl / 2)
	r.wantSize(1, 0)
}

// skipped: no answer waits for a sweep.
func (r rules) skipped() {
	r.enters(1, "a", "b")
	r.clock.Move(time.Minute)
	r.enters(1, "c")
	r.clock.Move(time.Minute)
	r.enters(1, "a") // keeps the place
	r.clock.Move(ttl - 2*time.Minute)
	for _, want := range []string{"a c", "a", ""} { // b, c and a leave in turn
		got := r.users()
		if strings.HasPrefix(got, "c") {
			got = "a c" // newest first
		}
		if got != want {
			r.Errorf("the members are %q, want %q", got, want)
		}
		r.wantSize(1, len(strings.Fields(want)))
		r.clock.Move(time.Minute)
	}
	r.sweeps()
	r.wantSize(1, 0)
}

func (r rules) users() string {
	r.Helper()
	page, err := combine.One(r.Pages(r.Context(), []members.Query{{Room: r.key(1), Limit: 100}}))
	if err != nil {
		r.Fatal(err)
	}
	var users []string
	for _, m := range page.Members {
		users = append(users, m.User)
	}
	return strings.Join(users, " ")
}
