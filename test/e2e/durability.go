package e2e

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func restartCases(t *testing.T, start Starter) {
	server := start(t, map[string]string{})
	everythingSurvives(t, server, server.Restart)
}

func killCases(t *testing.T, start Starter) {
	server := start(t, map[string]string{})
	everythingSurvives(t, server, server.Kill)
}

// world is some of everything a server stores.
type world struct {
	c                     *client
	hidden, online, ended *anchor
	pushed                *anchor // online under sequence B, after A
	recorded              *anchor
	flv, hls              recording
}

func newWorld(c *client) world {
	c.t.Helper()
	w := world{c: c, hidden: c.hiddenAnchor(), online: c.onlineAnchor(), ended: c.onlineAnchor(), pushed: c.hiddenAnchor()}
	w.hidden.like(1)
	w.hidden.enter("early")
	w.online.like(5)
	unlike(w.online)
	w.online.enter("c", "a", "b", "gone")
	w.online.enter("a")
	w.online.quit("gone")
	w.ended.enter("late")
	w.ended.goOffline()
	replay(c, w.pushed, []step{push("A"), push("B")})
	w.recorded = c.onlineAnchor()
	w.flv = newRecording(w.recorded.stream, "flv")
	w.hls = w.flv.as("hls")
	newPlatform(c).recorded(w.flv, w.hls)
	c.must("ChangeCount", w.recorded.likeFields().with("flag", 1).with("fileid", w.flv.FileID))
	c.must("EnterGroup", w.recorded.enterFields("watcher").with("flag", 1).with("groupid", w.hls.FileID))
	// An earlier session, with other counts, that must not come back.
	w.recorded.like(3)
	w.recorded.enter("ghost")
	w.recorded.requestGroup(newID("group"))
	return w
}

// picture is all that clients can see of a world.
func (w world) picture() []string {
	w.c.t.Helper()
	var lines []string
	add := func(v any) { lines = append(lines, fmt.Sprintf("%+v", v)) }
	for _, a := range []*anchor{w.hidden, w.online, w.ended, w.pushed, w.recorded} {
		add(a.info().lasting())
		add(a.members())
	}
	add(w.c.recording(w.recorded.id, w.flv.FileID))
	add(w.c.recording(w.recorded.id, w.hls.FileID))
	add(w.c.membersOf(w.recorded.id, w.flv.FileID, 1, 10))
	for _, flag := range []int{flagLive, flagRecorded, flagBoth} {
		for _, r := range w.c.everything(flag) {
			add(r.lasting())
		}
	}
	return lines
}

func everythingSurvives(t *testing.T, server Server, interruption func(testing.TB)) {
	c := newClient(t, server)
	w := newWorld(c)
	before := w.picture()
	for range 2 {
		interruption(t)
		if after := w.picture(); !slices.Equal(before, after) {
			t.Fatalf("what clients see has changed, from\n%v\nto\n%v", before, after)
		}
	}
	w.sessionsGoOn()
	w.sequencesAreRemembered(t, interruption)
	w.recordingsAreRemembered()
	w.newSessionsAreNewer(t, interruption)
}

func (w world) sessionsGoOn() {
	w.c.t.Helper()
	w.online.request()
	w.online.mustBeListed("after a retry")
	w.online.mustHave("after a retry", 4, 3)
	w.online.like(1)
	w.online.enter("d")
	w.online.mustHaveMembers("after another entry", "c", "a", "b", "d")
	w.online.mustHave("after another like", 5, 4)
	w.ended.goOnline()
	w.ended.mustBeListed("resumed")
	w.ended.mustHaveMembers("resumed", "late")
}

func (w world) sequencesAreRemembered(t *testing.T, interruption func(testing.TB)) {
	t.Helper()
	replay(w.c, w.pushed, []step{interrupt("A")})
	w.pushed.mustBeListed("after 0(A)")
	replay(w.c, w.pushed, []step{interrupt("B")})
	w.pushed.mustBeHidden("after 0(B)")
	interruption(t)
	replay(w.c, w.pushed, []step{push("A"), push("B")})
	w.pushed.mustBeHidden("after late repeats of 1(A) and 1(B)")
	replay(w.c, w.pushed, []step{push("C")})
	w.pushed.mustBeListed("after 1(C)")
}

func (w world) recordingsAreRemembered() {
	w.c.t.Helper()
	newPlatform(w.c).recorded(w.flv, w.hls, w.flv.as("mp4"))
	mustHaveRecordings(w.c, w.recorded, "after repeated events", 1)
	if got := w.c.recording(w.recorded.id, w.flv.FileID); got.Likes != 1 || got.Viewers != 1 {
		w.c.t.Errorf("after repeated events: %+v, want one like and one viewer", got)
	}
}

func (w world) newSessionsAreNewer(t *testing.T, interruption func(testing.TB)) {
	t.Helper()
	anchors := []*anchor{w.hidden, w.online, w.ended, w.pushed}
	for _, a := range anchors {
		a.requestGroup(newID("group"))
		a.mustBeHidden("a new session")
		a.mustHave("a new session", 0, 0)
		a.mustHaveMembers("a new session")
		a.like(2)
		a.enter("new viewer")
	}
	interruption(t)
	for _, a := range anchors {
		a.mustHave("the new session", 2, 1)
		a.mustHaveMembers("the new session", "new viewer")
	}
}

// pinned is a server at the address it has now, whatever becomes of it.
type pinned struct {
	Server
	url string
}

func (p pinned) URL() string { return p.url }

func amidWritesCases(t *testing.T, start Starter) {
	server := start(t, map[string]string{})
	t.Run("what was acknowledged before a kill is there", func(t *testing.T) { writeThrough(t, server, server.Kill) })
	t.Run("what was acknowledged before a stop is there", func(t *testing.T) { writeThrough(t, server, server.Restart) })
	t.Run("rooms and recordings acknowledged before a kill are there", func(t *testing.T) { openThrough(t, server, server.Kill) })
}

// writeThrough writes all the time while the server goes down, and then looks for what was acknowledged.
func writeThrough(t *testing.T, server Server, interruption func(testing.TB)) {
	const writers, enough = 8, 200
	c := newClient(t, server)
	a := c.onlineAnchor()
	var tried, liked atomic.Int64
	entered := make([][]string, writers)
	stop := make(chan struct{})
	doomed := newClient(t, pinned{server, server.URL()})
	var wait sync.WaitGroup
	for i := range writers {
		wait.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				tried.Add(1)
				if err := doomed.mustTry("ChangeCount", a.likeFields()); err != nil {
					return // the server is down
				}
				liked.Add(1)
				viewer := newID("viewer")
				if err := doomed.mustTry("EnterGroup", a.enterFields(viewer)); err != nil {
					return
				}
				entered[i] = append(entered[i], viewer)
			}
		})
	}
	eventually(t, 20*time.Second, "enough likes", func() bool { return liked.Load() >= enough })
	interruption(t)
	close(stop)
	wait.Wait()

	if likes := int64(a.info().Likes); likes < liked.Load() || likes > tried.Load() {
		t.Errorf("%d likes, want from the %d acknowledged to the %d sent", likes, liked.Load(), tried.Load())
	}
	there := map[string]bool{}
	for pageno := 1; len(there) == (pageno-1)*mostRows; pageno++ {
		for _, viewer := range c.membersOf(a.id, a.group, pageno, mostRows).ids() {
			there[viewer] = true
		}
	}
	for _, viewer := range slices.Concat(entered...) {
		if !there[viewer] {
			t.Errorf("%s entered, and is not in the room", viewer)
		}
	}
	if viewers := a.info().Viewers; viewers != len(there) {
		t.Errorf("%d viewers and %d members", viewers, len(there))
	}
}
