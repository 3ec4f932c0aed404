package fairuse_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/clocktest"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

var (
	home   = fairuse.Sender{Address: netip.MustParsePrefix("198.51.100.7/32")}
	office = fairuse.Sender{Address: netip.MustParsePrefix("2001:db8:1:2::/64")}
)

func newLimits(t *testing.T, config fairuse.Config) (*fairuse.Limits, *telemetrytest.Recorder) {
	t.Helper()
	return newLimitsBy(t, &clocktest.Clock{}, config)
}

func newLimitsBy(t *testing.T, clock *clocktest.Clock, config fairuse.Config) (*fairuse.Limits, *telemetrytest.Recorder) {
	t.Helper()
	recorder := telemetrytest.New()
	limits, err := fairuse.New(config, clock.Now, recorder.Scope())
	if err != nil {
		t.Fatal(err)
	}
	return limits, recorder
}

func TestALikeOverTheLimitOfAClientIsNotCounted(t *testing.T) {
	clock := &clocktest.Clock{}
	limits, recorder := newLimitsBy(t, clock, fairuse.Config{MaxLikesPerClient: 60})
	likes := func(from fairuse.Sender, anchor string, want int) {
		t.Helper()
		counted := 0
		for range 100 {
			if limits.Likes(t.Context(), from, anchor) {
				counted++
			}
		}
		if counted != want {
			t.Errorf("of 100 likes of %v for %s %d count, want %d", from, anchor, counted, want)
		}
	}
	likes(home, "tom", 60)
	likes(home, "ann", 60) // of another anchor
	likes(office, "tom", 60)
	clock.Move(10 * time.Second)
	likes(home, "tom", 10)

	proven := home
	proven.User = "eve"
	likes(proven, "tom", 60) // a user is another client than the address
	proven.Address = office.Address
	likes(proven, "tom", 0) // and the same one anywhere
	likes(fairuse.Sender{}, "tom", 100)
	mustCount(t, recorder, "max_likes_per_client", 40*4+90+100)
}

func TestALikeOverTheLimitOfAnAddressIsNotCounted(t *testing.T) {
	limits, recorder := newLimits(t, fairuse.Config{MaxLikesPerAddress: 10})
	counted := 0
	for i := range 30 {
		if limits.Likes(t.Context(), home, fmt.Sprint("anchor", i)) {
			counted++
		}
	}
	if counted != 10 || !limits.Likes(t.Context(), office, "anchor1") {
		t.Errorf("%d likes of one address count", counted)
	}
	mustCount(t, recorder, "max_likes_per_address", 20)
}

// One who likes without end must not take from those beside what is theirs.
func TestALikeThatAnAddressMayNotHaveIsNotTakenFromItsClient(t *testing.T) {
	limits, _ := newLimits(t, fairuse.Config{MaxLikesPerAddress: 10, MaxLikesPerClient: 2})
	loud, quiet := home, home
	quiet.User = "ann"
	for i := range 10 {
		limits.Likes(t.Context(), loud, fmt.Sprint("anchor", i))
	}
	for range 10 {
		if limits.Likes(t.Context(), quiet, "tom") {
			t.Error("an address has one like more than it may")
		}
	}
	quiet.Address = office.Address
	for i := range 3 {
		if got, want := limits.Likes(t.Context(), quiet, "tom"), i < 2; got != want {
			t.Errorf("elsewhere like %d counts: %v, want %v", i+1, got, want)
		}
	}
}

func TestAUserChangesSoOftenAndNoMore(t *testing.T) {
	clock := &clocktest.Clock{}
	limits, recorder := newLimitsBy(t, clock, fairuse.Config{MaxChangesPerUser: 4})
	change := func(change fairuse.Change, want bool) {
		t.Helper()
		mustBe(t, limits.Change(t.Context(), home, change), want, "max_changes_per_user")
	}
	opening := streams.Opening{User: "tom", Group: "g1", Title: "t"}
	retitled := opening
	retitled.Title = "u"
	for range 2 { // each with its retry
		change(fairuse.Change{Opening: opening}, true)
		change(fairuse.Change{Opening: retitled}, true)
		change(fairuse.Change{Status: streams.Status{User: "tom", Online: true}}, true)
		change(fairuse.Change{Status: streams.Status{User: "tom"}}, true)
	}
	change(fairuse.Change{Opening: opening}, false)
	change(fairuse.Change{Status: streams.Status{User: "tom"}}, false)
	change(fairuse.Change{Status: streams.Status{User: "ann"}}, true)
	clock.Move(15 * time.Second)
	change(fairuse.Change{Opening: opening}, true)
	change(fairuse.Change{Opening: retitled}, false)
	mustCount(t, recorder, "max_changes_per_user", 3)
}

func TestAnAddressHasSoManyAnchorsAndNoMore(t *testing.T) {
	limits, recorder := newLimits(t, fairuse.Config{MaxAnchorsPerAddress: 3})
	ends := func(from fairuse.Sender, user string) error {
		return limits.Change(t.Context(), from, fairuse.Change{Status: streams.Status{User: user}})
	}
	for i := range 10 {
		mustBe(t, ends(home, fmt.Sprint("victim", i)), i < 3, "max_anchors_per_address")
	}
	mustBe(t, ends(home, "victim1"), true, "")
	mustBe(t, ends(office, "victim9"), true, "")
	mustCount(t, recorder, "max_anchors_per_address", 7)
}

func TestAnAddressHasSoManyUsersAndNoMore(t *testing.T) {
	clock := &clocktest.Clock{}
	limits, recorder := newLimitsBy(t, clock, fairuse.Config{MaxUsersPerAddress: 3})
	enters := func(user string) error { return limits.Enter(t.Context(), home, user, "live\x00tom") }
	mustBe(t, enters("ann"), true, "")
	mustBe(t, enters("ann"), true, "") // a retry
	mustBe(t, limits.Change(t.Context(), home, fairuse.Change{Opening: streams.Opening{User: "tom"}}), true, "")
	mustBe(t, limits.Act(t.Context(), home, "bob"), true, "")
	mustBe(t, enters("eve"), false, "max_users_per_address")
	mustBe(t, limits.Change(t.Context(), home, fairuse.Change{Status: streams.Status{User: "eve"}}), false, "max_users_per_address")
	mustBe(t, limits.Act(t.Context(), home, "eve"), false, "max_users_per_address")
	mustBe(t, limits.Act(t.Context(), fairuse.Sender{}, "eve"), true, "")
	clock.Move(20 * time.Minute)
	mustBe(t, enters("eve"), true, "")
	mustBe(t, enters("ann"), true, "")
	mustCount(t, recorder, "max_users_per_address", 3)
}

func TestAnAddressEntersSoManyRoomsAndNoMore(t *testing.T) {
	limits, recorder := newLimits(t, fairuse.Config{MaxRoomsPerAddress: 2})
	enters := func(room string) error { return limits.Enter(t.Context(), home, "ann", room) }
	mustBe(t, enters("one"), true, "")
	mustBe(t, enters("two"), true, "")
	mustBe(t, enters("three"), false, "max_rooms_per_address")
	mustBe(t, enters("one"), true, "")
	mustCount(t, recorder, "max_rooms_per_address", 1)
}

func TestARoomTakesSoManyFromOneAddressAndNoMore(t *testing.T) {
	limits, recorder := newLimits(t, fairuse.Config{MaxMembersPerAddress: 2})
	enters := func(from fairuse.Sender, user, room string) error { return limits.Enter(t.Context(), from, user, room) }
	mustBe(t, enters(home, "ann", "one"), true, "")
	mustBe(t, enters(home, "bob", "one"), true, "")
	mustBe(t, enters(home, "eve", "one"), false, "max_members_per_address")
	mustBe(t, enters(home, "ann", "one"), true, "")
	mustBe(t, enters(home, "eve", "two"), true, "")
	mustBe(t, enters(office, "eve", "one"), true, "")
	mustCount(t, recorder, "max_members_per_address", 1)
}

func TestAnAddressGetsSoManyUploadSignaturesAndNoMore(t *testing.T) {
	clock := &clocktest.Clock{}
	limits, recorder := newLimitsBy(t, clock, fairuse.Config{MaxUploadsPerAddress: 6})
	for i := range 10 {
		mustBe(t, limits.Upload(t.Context(), home), i < 6, "max_uploads_per_address")
	}
	mustBe(t, limits.Upload(t.Context(), office), true, "")
	mustBe(t, limits.Upload(t.Context(), fairuse.Sender{}), true, "")
	clock.Move(10 * time.Second)
	mustBe(t, limits.Upload(t.Context(), home), true, "")
	mustBe(t, limits.Upload(t.Context(), home), false, "max_uploads_per_address")
	mustCount(t, recorder, "max_uploads_per_address", 5)
}

// What is refused had no effect, so it must not use up what others at the address, or the
// same user elsewhere, could have had.
func TestWhatALaterLimitRefusesIsNotTakenFromAnEarlierOne(t *testing.T) {
	limits, _ := newLimits(t, fairuse.Config{MaxRoomsPerAddress: 2, MaxMembersPerAddress: 1, MaxUsersPerAddress: 2})
	enters := func(user, room string) error { return limits.Enter(t.Context(), home, user, room) }
	mustBe(t, enters("ann", "one"), true, "")
	for i := range 10 { // neither a room nor a user of the address
		mustBe(t, enters(fmt.Sprint("bot", i), "one"), false, "max_members_per_address")
	}
	mustBe(t, enters("bob", "two"), true, "")
	for range 10 {
		mustBe(t, enters("eve", "two"), false, "max_members_per_address")
		mustBe(t, enters("ann", "three"), false, "max_rooms_per_address")
	}
	mustBe(t, enters("ann", "one"), true, "")
}

func TestAUserTooManyTakesNoRoomAndNoPlaceInIt(t *testing.T) {
	limits, _ := newLimits(t, fairuse.Config{MaxRoomsPerAddress: 1, MaxMembersPerAddress: 1, MaxUsersPerAddress: 1})
	mustBe(t, limits.Act(t.Context(), home, "ann"), true, "")
	for i := range 5 {
		mustBe(t, limits.Enter(t.Context(), home, "eve", fmt.Sprint("room", i)), false, "max_users_per_address")
	}
	mustBe(t, limits.Enter(t.Context(), home, "ann", "room1"), true, "")
}

func TestAChangeThatAnAddressMayNotMakeIsNotTakenFromItsUser(t *testing.T) {
	limits, _ := newLimits(t, fairuse.Config{MaxChangesPerUser: 2, MaxAnchorsPerAddress: 1, MaxUsersPerAddress: 2})
	change := func(from fairuse.Sender, user string, online bool) error {
		return limits.Change(t.Context(), from, fairuse.Change{Status: streams.Status{User: user, Online: online}})
	}
	mustBe(t, change(home, "bot", true), true, "")
	for range 10 { // a stranger, in the name of tom
		mustBe(t, change(home, "tom", false), false, "max_anchors_per_address")
	}
	mustBe(t, limits.Act(t.Context(), home, "ann"), true, "") // tom is no user of the address either
	mustBe(t, change(office, "tom", true), true, "")
	mustBe(t, change(office, "tom", false), true, "")
	mustBe(t, change(office, "tom", true), true, "") // a retry
	mustBe(t, change(office, "tom", false), true, "")
	mustBe(t, change(office, "tom", true), false, "max_changes_per_user")
}

func TestWithoutLimitsThereIsNothingToCount(t *testing.T) {
	limits, recorder := newLimits(t, fairuse.Config{})
	if limits != nil {
		t.Fatal("there are limits")
	}
	for i := range 1000 {
		user := fmt.Sprint("u", i)
		mustBe(t, limits.Enter(t.Context(), home, user, user), true, "")
		mustBe(t, limits.Act(t.Context(), home, user), true, "")
		mustBe(t, limits.Upload(t.Context(), home), true, "")
		mustBe(t, limits.Change(t.Context(), home, fairuse.Change{Status: streams.Status{User: "tom"}}), true, "")
		if !limits.Likes(t.Context(), home, "tom") {
			t.Fatal("a like is not counted")
		}
	}
	if got := recorder.Values(t); len(got) != 8 || got["xzb.fairuse.refusals xzb.limit=max_users_per_address"] != 0 {
		t.Errorf("measured %v, want all limits from the beginning", got)
	}
}

func TestALimitIsNotNegative(t *testing.T) {
	config := fairuse.Config{MaxRoomsPerAddress: -1}
	if err := config.Check(); err == nil || err.Error() != "max_rooms_per_address: -1 is negative" {
		t.Errorf("Check: %v", err)
	}
}

// mustBe demands that something is fair, or is refused with a message that names
// the limit.
func mustBe(t *testing.T, err error, fair bool, limit string) {
	t.Helper()
	if fair {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	if apierr.CodeOf(err) != apierr.TooMany || !strings.HasSuffix(apierr.Public(err).Message, " ("+limit+")") {
		t.Errorf("got %v, want too_many by %s", err, limit)
	}
}

func mustCount(t *testing.T, recorder *telemetrytest.Recorder, limit string, want int) {
	t.Helper()
	for name, value := range recorder.Values(t) {
		expected := 0
		if name == "xzb.fairuse.refusals xzb.limit="+limit {
			expected = want
		}
		if value != expected {
			t.Errorf("%s is %d, want %d", name, value, expected)
		}
	}
}

func BenchmarkOneLike(b *testing.B) {
	for name, config := range map[string]fairuse.Config{"off": {}, "on": {MaxLikesPerClient: 1 << 30, MaxLikesPerAddress: 1 << 30}} {
		limits, err := fairuse.New(config, time.Now, telemetrytest.New().Scope())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					limits.Likes(context.Background(), home, "tom")
				}
			})
		})
	}
}
