package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// expirySlack is how late something that expires may be noticed.
const expirySlack = 5 * time.Second

func liveTTLCases(t *testing.T, start Starter) {
	const ttl = 3 * time.Second
	server := start(t, map[string]string{"XZB_LIVE_TTL": "3s"})
	c := newClient(t, server)
	p := newPlatform(c)
	byStatus, byEvents := c.onlineAnchor(), c.hiddenAnchor()
	p.push(byEvents.stream, "0", time.Now())
	hidden := c.hiddenAnchor()
	began := time.Now()
	silent := c.onlineAnchor()
	silent.like(1)
	silent.mustBeListed("at first")

	for i := 1; time.Since(began) < ttl+ttl/2; i++ {
		byStatus.goOnline()
		p.push(byEvents.stream, fmt.Sprint(i), time.Now())
		byStatus.mustBeListed("kept alive by ChangeStatus")
		byEvents.mustBeListed("kept alive by push events")
		if time.Since(began) < ttl/2 {
			silent.mustBeListed("before its time")
		}
		time.Sleep(4 * pollInterval)
	}
	leavesInTime(t, silent, began.Add(ttl))
	silent.mustBeHidden("after its time")
	silent.mustHave("after its time", 1, 0)
	hidden.mustBeHidden("never online")

	silent.goOnline()
	silent.mustBeListed("after a sign of life")
	silent.mustHave("after a sign of life", 1, 0)
}

// leavesInTime waits until a room is not listed any more: not before its time, and soon after.
func leavesInTime(t *testing.T, a *anchor, at time.Time) {
	t.Helper()
	limit := max(0, time.Until(at)) + expirySlack
	eventually(t, limit, "the room leaves the list", func() bool { return !a.isListed() })
	if early := time.Until(at); early > 0 {
		t.Errorf("the room left the list %v before its time", early)
	}
}

// expiryOverRestartCases: what is to expire is stored with its time, and expires whatever happens before.
func expiryOverRestartCases(t *testing.T, start Starter) {
	const ttl = 4 * time.Second
	server := start(t, map[string]string{"XZB_LIVE_TTL": "4s", "XZB_MEMBER_TTL": "4s"})
	c := newClient(t, server)
	began := time.Now()
	a := c.onlineAnchor()
	a.enter("viewer")
	server.Restart(t)
	server.Kill(t)
	leavesInTime(t, a, began.Add(ttl))
	eventually(t, expirySlack, "the member leaves", func() bool { return a.members().Total == 0 })
	a.mustHaveMembers("after his time")
	server.Restart(t)
	a.mustBeHidden("after another restart")
	a.mustHaveMembers("after another restart")
}

func memberTTLCases(t *testing.T, start Starter) {
	const ttl = 3 * time.Second
	server := start(t, map[string]string{"XZB_MEMBER_TTL": "3s"})
	c := newClient(t, server)
	a := c.onlineAnchor()
	began := time.Now()
	a.enter("silent", "keen")
	a.mustHaveMembers("at first", "silent", "keen")
	eventually(t, ttl+expirySlack, "the silent member leaves", func() bool {
		a.enter("keen")
		return !slices.Contains(a.members().ids(), "silent")
	})
	if early := time.Until(began.Add(ttl)); early > 0 {
		t.Errorf("he left %v before his time", early)
	}
	a.mustHaveMembers("after his time", "keen")
	if rows := a.listings(); len(rows) != 1 || rows[0].Viewers != 1 {
		t.Errorf("the list has %+v, want one viewer", rows)
	}
	a.enter("silent")
	a.mustHaveMembers("after coming back", "keen", "silent")
}

// recordingWindowCases check to the second when a recording leaves the list.
func recordingWindowCases(t *testing.T, start Starter) {
	const window = 4 * time.Second
	server := start(t, map[string]string{"XZB_RECORDING_WINDOW": "4s", "XZB_MIN_RECORDING": "1s"})
	c := newClient(t, server)
	p := newPlatform(c)
	a := c.onlineAnchor()
	r := recordingFrom(a.stream, "flv", time.Now(), time.Second)
	p.recorded(r)
	end := time.Unix(r.End.Unix(), 0).Add(window)
	for listed := true; listed; time.Sleep(pollInterval) {
		before := time.Now()
		recorded, both := c.recordings(a.id), c.rows(flagBoth, func(row row) bool { return row.Type == typeRecorded })
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
	if total := c.list(flagRecorded, 1, 1).Total; total != 0 {
		t.Errorf("the total is still %d", total)
	}
	p.recorded(r)
	mustHaveRecordings(c, a, "a repeated event after its time", 0)
	p.recorded(recordingFrom(a.stream, "flv", time.Now().Add(-time.Hour), time.Minute))
	mustHaveRecordings(c, a, "an event that came too late", 0)
	server.Restart(t)
	mustHaveRecordings(c, a, "after a restart", 0)
	a.mustBeListed("without its recordings")
}

// recordedSessionCases let one anchor broadcast three times before his recordings arrive.
func recordedSessionCases(t *testing.T, start Starter) {
	server := start(t, map[string]string{"XZB_MIN_RECORDING": "1s"})
	c := newClient(t, server)
	a := c.newAnchor()
	var files []recording
	for i := range 3 {
		a.group, a.title = newID("group"), fmt.Sprint("title ", i)
		a.requestWith(a.fields().with("userinfo", fields{
			"nickname": fmt.Sprint("nick ", i), "headpic": "h", "frontcover": fmt.Sprint("cover ", i), "location": "l",
			"desc": fmt.Sprint("desc ", i),
		}))
		a.goOnline()
		if i == 2 {
			break // still on air
		}
		began := time.Now()
		// Recordings that begin and end within two seconds of each other would be one.
		nextSecond()
		nextSecond()
		ended := nextSecond()
		a.goOffline()
		files = append(files, recordingFrom(a.stream, "flv", began, ended.Sub(began)))
	}
	p := newPlatform(c)
	p.recorded(files[1], files[0], files[0].as("hls"), files[1])
	rows := c.recordings(a.id)
	if len(rows) != len(files) {
		t.Fatalf("recordings %+v, want %d", rows, len(files))
	}
	for i, file := range files {
		got := c.recording(a.id, file.FileID)
		want := userInfo{Nickname: fmt.Sprint("nick ", i), HeadPic: "h", FrontCover: fmt.Sprint("cover ", i), Location: "l"}
		if got.Title != fmt.Sprint("title ", i) || got.User != want || got.Desc != fmt.Sprint("desc ", i) {
			t.Errorf("recording %d came out as %+v", i, got)
		}
	}
	a.title = "a better title"
	a.request()
	if got := c.recordings(a.id); !slices.Equal(got, rows) {
		t.Errorf("another title of the session on air changed the recordings of earlier ones:\n%+v\nto\n%+v", rows, got)
	}
}
