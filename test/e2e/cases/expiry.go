package cases

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// ExpirySlack is how late something that expires may be noticed.
const ExpirySlack = time.Minute

// KeptAlive checks that what a sign of life keeps alive for ttl is there, and returns a moment before that sign. On a
// busy machine the look may come too late to tell; then there is another sign, and another look.
func KeptAlive(t *testing.T, ttl time.Duration, what string, sign func(), isThere func() bool) (before time.Time) {
	t.Helper()
	const tries = 50
	for range tries {
		before = time.Now()
		sign()
		there := isThere()
		if time.Since(before) >= ttl {
			continue
		}
		if !there {
			t.Errorf("%s is gone within %v of a sign of life", what, ttl)
		}
		return before
	}
	t.Fatalf("%s: no look came within %v of a sign of life", what, ttl)
	return before
}

// IsShown tells whether a room is in the list, and online by its details.
func IsShown(a *client.Anchor) bool {
	a.C.T.Helper()
	return a.IsListed() && a.Info().Status == client.StatusIsOnline
}

func LiveTTL(t *testing.T, start client.Starter) {
	const ttl = 3 * time.Second
	server := start(t, map[string]string{"XZB_LIVE_TTL": "3s"})
	c := client.New(t, server)
	p := client.NewPlatform(c)
	byStatus, byEvents := c.OnlineAnchor(), c.HiddenAnchor()
	p.Push(byEvents.Stream, "0", time.Now())
	hidden := c.HiddenAnchor()
	silent := c.OnlineAnchor()
	silent.Like(1)
	began := KeptAlive(t, ttl, "the silent room, at first", silent.GoOnline, func() bool { return IsShown(silent) })

	for i := 1; time.Since(began) < ttl+ttl/2; i++ {
		KeptAlive(t, ttl, "a room by ChangeStatus", byStatus.GoOnline, func() bool { return IsShown(byStatus) })
		// The time of an event is a whole second.
		KeptAlive(t, ttl-time.Second, "a room by push events", func() { p.Push(byEvents.Stream, fmt.Sprint(i), time.Now()) }, func() bool { return IsShown(byEvents) })
		if shown := IsShown(silent); !shown && time.Since(began) < ttl {
			t.Error("the silent room is gone before its time")
		}
		time.Sleep(4 * client.PollInterval)
	}
	LeavesInTime(t, silent, began.Add(ttl))
	silent.MustBeHidden("after its time")
	silent.MustHave("after its time", 1, 0)
	hidden.MustBeHidden("never online")

	KeptAlive(t, ttl, "the silent room, after a sign of life", silent.GoOnline, func() bool { return IsShown(silent) })
	silent.MustHave("after a sign of life", 1, 0)
}

// LeavesInTime waits until a room is not listed any more: not before its time, and soon after.
func LeavesInTime(t *testing.T, a *client.Anchor, at time.Time) {
	t.Helper()
	limit := max(0, time.Until(at)) + ExpirySlack
	client.Eventually(t, limit, "the room leaves the list", func() bool { return !a.IsListed() })
	if early := time.Until(at); early > 0 {
		t.Errorf("the room left the list %v before its time", early)
	}
}

// ExpiryOverRestart checks that what is to expire is stored with its time, and expires whatever happens before.
func ExpiryOverRestart(t *testing.T, start client.Starter) {
	const ttl = 4 * time.Second
	server := start(t, map[string]string{"XZB_LIVE_TTL": "4s", "XZB_MEMBER_TTL": "4s"})
	c := client.New(t, server)
	began := time.Now()
	a := c.OnlineAnchor()
	a.Enter("viewer")
	server.Restart(t)
	server.Kill(t)
	LeavesInTime(t, a, began.Add(ttl))
	client.Eventually(t, ExpirySlack, "the member leaves", func() bool { return a.Members().Total == 0 })
	a.MustHaveMembers("after his time")
	server.Restart(t)
	a.MustBeHidden("after another restart")
	a.MustHaveMembers("after another restart")
}

func MemberTTL(t *testing.T, start client.Starter) {
	const ttl = 3 * time.Second
	server := start(t, map[string]string{"XZB_MEMBER_TTL": "3s"})
	c := client.New(t, server)
	a := c.OnlineAnchor()
	enter := func(viewers ...string) func() {
		return func() {
			for _, viewer := range viewers {
				a.Quit(viewer) // or one that is still there would be before one that is gone
			}
			a.Enter(viewers...)
		}
	}
	has := func(viewers ...string) func() bool {
		return func() bool { return slices.Equal(a.Members().IDs(), viewers) }
	}
	began := KeptAlive(t, ttl, "one of two members, at first", enter("silent", "keen"), has("silent", "keen"))
	client.Eventually(t, ttl+ExpirySlack, "the silent member leaves", func() bool {
		a.Enter("keen")
		return !slices.Contains(a.Members().IDs(), "silent")
	})
	if early := time.Until(began.Add(ttl)); early > 0 {
		t.Errorf("he left %v before his time", early)
	}
	KeptAlive(t, ttl, "the member who is left", enter("keen"), func() bool {
		rows := a.Listings()
		return has("keen")() && len(rows) == 1 && rows[0].Viewers == 1
	})
	KeptAlive(t, ttl, "a member who came back", enter("keen", "silent"), has("keen", "silent"))
}

// RecordingWindow check to the second when a recording leaves the list.
func RecordingWindow(t *testing.T, start client.Starter) {
	const window = 4 * time.Second
	server := start(t, map[string]string{"XZB_RECORDING_WINDOW": "4s", "XZB_MIN_RECORDING": "1s"})
	c := client.New(t, server)
	p := client.NewPlatform(c)
	a := c.OnlineAnchor()
	r := client.RecordingFrom(a.Stream, "flv", time.Now(), time.Second)
	p.Recorded(r)
	end := time.Unix(r.End.Unix(), 0).Add(window)
	for listed := true; listed; time.Sleep(client.PollInterval) {
		before := time.Now()
		recorded, both := c.Recordings(a.ID), c.Rows(client.FlagBoth, func(row client.Row) bool { return row.Type == client.TypeRecorded })
		after := time.Now()
		if after.Before(end) && (len(recorded) != 1 || len(both) != 1) {
			t.Fatalf("the recording left the list %v early", end.Sub(after))
		}
		if !before.Before(end) {
			if len(recorded) > 0 || len(both) > 0 {
				t.Errorf("%v after its time the recording is still listed", before.Sub(end))
			}
			listed = false
		}
	}
	if total := c.List(client.FlagRecorded, 1, 1).Total; total != 0 {
		t.Errorf("the total is still %d", total)
	}
	p.Recorded(r)
	MustHaveRecordings(c, a, "a repeated event after its time", 0)
	p.Recorded(client.RecordingFrom(a.Stream, "flv", time.Now().Add(-time.Hour), time.Minute))
	MustHaveRecordings(c, a, "an event that came too late", 0)
	server.Restart(t)
	MustHaveRecordings(c, a, "after a restart", 0)
	a.MustBeListed("without its recordings")
}

// RecordedSessions let one anchor broadcast three times before his recordings arrive.
func RecordedSessions(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{"XZB_MIN_RECORDING": "1s"})
	c := client.New(t, server)
	a := c.NewAnchor()
	var files []client.Recording
	for i := range 3 {
		a.Group, a.Title = client.NewID("group"), fmt.Sprint("title ", i)
		a.RequestWith(a.Fields().With("userinfo", client.Fields{
			"nickname": fmt.Sprint("nick ", i), "headpic": "h", "frontcover": fmt.Sprint("cover ", i), "location": "l",
			"desc": fmt.Sprint("desc ", i),
		}))
		a.GoOnline()
		if i == 2 {
			break // still on air
		}
		began := time.Now()
		// Recordings that begin and end within two seconds of each other would be one.
		client.NextSecond()
		client.NextSecond()
		ended := client.NextSecond()
		a.GoOffline()
		files = append(files, client.RecordingFrom(a.Stream, "flv", began, ended.Sub(began)))
	}
	p := client.NewPlatform(c)
	p.Recorded(files[1], files[0], files[0].As("hls"), files[1])
	rows := c.Recordings(a.ID)
	if len(rows) != len(files) {
		t.Fatalf("recordings %+v, want %d", rows, len(files))
	}
	for i, file := range files {
		got := c.Recording(a.ID, file.FileID)
		want := client.UserInfo{Nickname: fmt.Sprint("nick ", i), HeadPic: "h", FrontCover: fmt.Sprint("cover ", i), Location: "l"}
		if got.Title != fmt.Sprint("title ", i) || got.User != want || got.Desc != fmt.Sprint("desc ", i) {
			t.Errorf("recording %d came out as %+v", i, got)
		}
	}
	a.Title = "a better title"
	a.Request()
	if got := c.Recordings(a.ID); !slices.Equal(got, rows) {
		t.Errorf("another title of the session on air changed the recordings of earlier ones:\n%+v\nto\n%+v", rows, got)
	}
}
