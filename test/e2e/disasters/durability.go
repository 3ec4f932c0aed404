package disasters

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/cases"
	"xiaozhibo.dev/test/e2e/client"
)

func Restart(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{})
	everythingSurvives(t, server, server.Restart)
}

func Kill(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{})
	everythingSurvives(t, server, server.Kill)
}

// world is some of everything a server stores.
type world struct {
	c                     *client.Client
	hidden, online, ended *client.Anchor
	pushed                *client.Anchor // online under sequence B, after A
	recorded              *client.Anchor
	flv, hls              client.Recording
}

func newWorld(c *client.Client) world {
	c.T.Helper()
	w := world{c: c, hidden: c.HiddenAnchor(), online: c.OnlineAnchor(), ended: c.OnlineAnchor(), pushed: c.HiddenAnchor()}
	w.hidden.Like(1)
	w.hidden.Enter("early")
	w.online.Like(5)
	cases.Unlike(w.online)
	w.online.Enter("c", "a", "b", "gone")
	w.online.Enter("a")
	w.online.Quit("gone")
	w.ended.Enter("late")
	w.ended.GoOffline()
	cases.Replay(c, w.pushed, []cases.Step{cases.Push("A"), cases.Push("B")})
	w.recorded = c.OnlineAnchor()
	w.flv = client.NewRecording(w.recorded.Stream, "flv")
	w.hls = w.flv.As("hls")
	client.NewPlatform(c).Recorded(w.flv, w.hls)
	c.Must("ChangeCount", w.recorded.LikeFields().With("flag", 1).With("fileid", w.flv.FileID))
	c.Must("EnterGroup", w.recorded.EnterFields("watcher").With("flag", 1).With("groupid", w.hls.FileID))
	// An earlier session, with other counts, that must not come back.
	w.recorded.Like(3)
	w.recorded.Enter("ghost")
	w.recorded.RequestGroup(client.NewID("group"))
	return w
}

// picture is all that clients can see of a world.
func (w world) picture() []string {
	w.c.T.Helper()
	var lines []string
	add := func(v any) { lines = append(lines, fmt.Sprintf("%+v", v)) }
	for _, a := range []*client.Anchor{w.hidden, w.online, w.ended, w.pushed, w.recorded} {
		add(a.Info().Lasting())
		add(a.Members())
	}
	add(w.c.Recording(w.recorded.ID, w.flv.FileID))
	add(w.c.Recording(w.recorded.ID, w.hls.FileID))
	add(w.c.MembersOf(w.recorded.ID, w.flv.FileID, 1, 10))
	for _, flag := range []int{client.FlagLive, client.FlagRecorded, client.FlagBoth} {
		for _, r := range w.c.Everything(flag) {
			add(r.Lasting())
		}
	}
	return lines
}

func everythingSurvives(t *testing.T, server client.Server, interruption func(testing.TB)) {
	c := client.New(t, server)
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
	w.c.T.Helper()
	w.online.Request()
	w.online.MustBeListed("after a retry")
	w.online.MustHave("after a retry", 4, 3)
	w.online.Like(1)
	w.online.Enter("d")
	w.online.MustHaveMembers("after another entry", "c", "a", "b", "d")
	w.online.MustHave("after another like", 5, 4)
	w.ended.GoOnline()
	w.ended.MustBeListed("resumed")
	w.ended.MustHaveMembers("resumed", "late")
}

func (w world) sequencesAreRemembered(t *testing.T, interruption func(testing.TB)) {
	t.Helper()
	cases.Replay(w.c, w.pushed, []cases.Step{cases.Interrupt("A")})
	w.pushed.MustBeListed("after 0(A)")
	cases.Replay(w.c, w.pushed, []cases.Step{cases.Interrupt("B")})
	w.pushed.MustBeHidden("after 0(B)")
	interruption(t)
	cases.Replay(w.c, w.pushed, []cases.Step{cases.Push("A"), cases.Push("B")})
	w.pushed.MustBeHidden("after late repeats of 1(A) and 1(B)")
	cases.Replay(w.c, w.pushed, []cases.Step{cases.Push("C")})
	w.pushed.MustBeListed("after 1(C)")
}

func (w world) recordingsAreRemembered() {
	w.c.T.Helper()
	client.NewPlatform(w.c).Recorded(w.flv, w.hls, w.flv.As("mp4"))
	cases.MustHaveRecordings(w.c, w.recorded, "after repeated events", 1)
	if got := w.c.Recording(w.recorded.ID, w.flv.FileID); got.Likes != 1 || got.Viewers != 1 {
		w.c.T.Errorf("after repeated events: %+v, want one like and one viewer", got)
	}
}

func (w world) newSessionsAreNewer(t *testing.T, interruption func(testing.TB)) {
	t.Helper()
	anchors := []*client.Anchor{w.hidden, w.online, w.ended, w.pushed}
	for _, a := range anchors {
		a.RequestGroup(client.NewID("group"))
		a.MustBeHidden("a new session")
		a.MustHave("a new session", 0, 0)
		a.MustHaveMembers("a new session")
		a.Like(2)
		a.Enter("new viewer")
	}
	interruption(t)
	for _, a := range anchors {
		a.MustHave("the new session", 2, 1)
		a.MustHaveMembers("the new session", "new viewer")
	}
}

// pinned is a server at the address it has now, whatever becomes of it.
type pinned struct {
	client.Server
	url string
}

func (p pinned) URL() string { return p.url }

func AmidWrites(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{})
	t.Run("what was acknowledged before a kill is there", func(t *testing.T) { writeThrough(t, server, server.Kill) })
	t.Run("what was acknowledged before a stop is there", func(t *testing.T) { writeThrough(t, server, server.Restart) })
	t.Run("rooms and recordings acknowledged before a kill are there", func(t *testing.T) { openThrough(t, server, server.Kill) })
}

// writeThrough writes all the time while the server goes down, and then looks for what was acknowledged.
func writeThrough(t *testing.T, server client.Server, interruption func(testing.TB)) {
	const writers, enough = 8, 200
	c := client.New(t, server)
	a := c.OnlineAnchor()
	var tried, liked atomic.Int64
	entered := make([][]string, writers)
	stop := make(chan struct{})
	doomed := client.New(t, pinned{server, server.URL()})
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
				if err := doomed.MustTry("ChangeCount", a.LikeFields()); err != nil {
					return // the server is down
				}
				liked.Add(1)
				viewer := client.NewID("viewer")
				if err := doomed.MustTry("EnterGroup", a.EnterFields(viewer)); err != nil {
					return
				}
				entered[i] = append(entered[i], viewer)
			}
		})
	}
	client.Eventually(t, 3*time.Minute, "enough likes", func() bool { return liked.Load() >= enough })
	interruption(t)
	close(stop)
	wait.Wait()

	if likes := int64(a.Info().Likes); likes < liked.Load() || likes > tried.Load() {
		t.Errorf("%d likes, want from the %d acknowledged to the %d sent", likes, liked.Load(), tried.Load())
	}
	there := map[string]bool{}
	for pageno := 1; len(there) == (pageno-1)*client.MostRows; pageno++ {
		for _, viewer := range c.MembersOf(a.ID, a.Group, pageno, client.MostRows).IDs() {
			there[viewer] = true
		}
	}
	for _, viewer := range slices.Concat(entered...) {
		if !there[viewer] {
			t.Errorf("%s entered, and is not in the room", viewer)
		}
	}
	if viewers := a.Info().Viewers; viewers != len(there) {
		t.Errorf("%d viewers and %d members", viewers, len(there))
	}
}
