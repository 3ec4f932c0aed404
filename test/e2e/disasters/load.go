package disasters

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// failure is an Action under load that was not done.
type failure struct {
	action string
	code   int // codeDone where there was no reply at all
	why    string
	took   time.Duration
	at     time.Time // when it was known
}

// load is anchors with their viewers who never rest. It remembers what was acknowledged.
type load struct {
	c    *client.Client
	stop chan struct{}
	wait sync.WaitGroup
	done atomic.Int64 // Actions so far

	mu       sync.Mutex
	failures []failure
	crowds   []*crowd
}

// crowd is one anchor and what his viewers have done.
type crowd struct {
	a             *client.Anchor
	sent, counted int      // likes, and those acknowledged
	entered       []string // acknowledged
	left          []string // acknowledged to have quit
}

// loadCrowds is how many anchors with their viewers are busy at once, each sending when it was answered.
const loadCrowds = 8

// startLoad starts the crowds, whose anchors are online when it returns.
func startLoad(t testing.TB, server client.Server) *load {
	t.Helper()
	l := &load{c: client.New(t, server), stop: make(chan struct{})}
	for range loadCrowds {
		l.crowds = append(l.crowds, &crowd{a: l.c.OnlineAnchor()})
	}
	for _, who := range l.crowds {
		l.wait.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-l.stop:
					return
				default:
					l.round(who, n)
				}
			}
		})
	}
	return l
}

// round is every Action once or more.
func (l *load) round(who *crowd, n int) {
	a := who.a
	viewer, visitor := fmt.Sprint("viewer-", n), fmt.Sprint("visitor-", n)
	who.sent++
	if l.do("ChangeCount", a.LikeFields()) {
		who.counted++
	}
	if l.do("EnterGroup", a.EnterFields(viewer)) {
		who.entered = append(who.entered, viewer)
	}
	l.do("EnterGroup", a.EnterFields(visitor))
	if l.do("QuitGroup", a.QuitFields(visitor)) {
		who.left = append(who.left, visitor)
	}
	l.do("FetchList", client.Fields{"flag": client.FlagBoth, "pageno": 1, "pagesize": 20})
	l.do("GetUserInfo", client.Fields{"userid": a.ID, "type": 0})
	l.do("FetchGroupMemberList", client.Fields{"liveuserid": a.ID, "groupid": a.Group, "pageno": 1, "pagesize": 20})
	l.do("RequestLVBAddr", a.Fields())
	l.do("ChangeStatus", client.Fields{"userid": a.ID, "status": 0})
	l.do("GetCOSSign", nil)
}

func (l *load) do(action string, f client.Fields) bool {
	began := time.Now()
	r, err := l.c.Try(action, f)
	l.done.Add(1)
	if err == nil && r.Code == client.CodeDone {
		return true
	}
	failed := failure{action: action, code: r.Code, why: r.Message, took: time.Since(began), at: time.Now()}
	if err != nil {
		failed.code, failed.why = client.CodeDone, err.Error()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures = append(l.failures, failed)
	return false
}

// more waits until so many Actions more were answered.
func (l *load) more(t testing.TB, actions int64) {
	t.Helper()
	enough := l.done.Load() + actions
	client.Eventually(t, 5*time.Minute, fmt.Sprint(actions, " Actions more"), func() bool { return l.done.Load() >= enough })
}

// failed takes the failures so far.
func (l *load) failed() []failure {
	l.mu.Lock()
	defer l.mu.Unlock()
	failures := l.failures
	l.failures = nil
	return failures
}

// rest stops the load.
func (l *load) rest() {
	close(l.stop)
	l.wait.Wait()
}

// end stops the load and checks what it has left.
func (l *load) end(t testing.TB) {
	t.Helper()
	l.rest()
	l.check(t)
}

// check checks, after a load, that what was acknowledged is there, and nothing that was not sent.
func (l *load) check(t testing.TB) {
	t.Helper()
	counted, entered := 0, 0
	for _, who := range l.crowds {
		likes := l.c.Info(who.a.ID).Likes
		if likes < who.counted || likes > who.sent {
			t.Errorf("%s has %d likes, want from the %d acknowledged to the %d sent", who.a.ID, likes, who.counted, who.sent)
		}
		there := l.everybody(who.a)
		for _, viewer := range who.entered {
			if !there[viewer] {
				t.Errorf("%s entered, and is not in the room", viewer)
			}
		}
		for _, visitor := range who.left {
			if there[visitor] {
				t.Errorf("%s quit, and is in the room", visitor)
			}
		}
		counted, entered = counted+who.counted, entered+len(who.entered)
	}
	t.Logf("%d Actions; %d likes and %d members acknowledged and found", l.done.Load(), counted, entered)
}

func (l *load) everybody(a *client.Anchor) map[string]bool {
	there := map[string]bool{}
	for pageno := 1; len(there) == (pageno-1)*client.MostRows; pageno++ {
		for _, viewer := range l.c.MembersOf(a.ID, a.Group, pageno, client.MostRows).IDs() {
			there[viewer] = true
		}
	}
	return there
}

// summary tells which Actions failed, how often, and why at first.
func summary(failures []failure) (text string) {
	byAction := map[string][]failure{}
	for _, f := range failures {
		byAction[f.action] = append(byAction[f.action], f)
	}
	for _, action := range slices.Sorted(maps.Keys(byAction)) {
		first := byAction[action][0]
		text += fmt.Sprintf("%d of %s, such as %d after %v: %s\n", len(byAction[action]), action, first.code, first.took.Round(time.Millisecond), first.why)
	}
	return text
}
