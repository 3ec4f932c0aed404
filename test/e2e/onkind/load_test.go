//go:build kind

package onkind_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	clients = 6
	pause   = 40 * time.Millisecond // of a client between two Actions
)

// load is clients that never stop, each at a broadcast of its own. It counts
// what was answered, and remembers what was acknowledged.
type load struct {
	release *release
	stop    context.CancelFunc
	done    sync.WaitGroup

	mu       sync.Mutex
	answered map[string]int // by Action
	failures []failure
	rooms    []*broadcast
}

// failure is one Action that did not succeed.
type failure struct {
	action     string
	from, till time.Time
	why        string
}

// broadcast is what one client has done, and what of it was acknowledged.
type broadcast struct {
	id             string
	triedLikes     int
	countedLikes   int
	enteredViewers []string
}

// load starts the clients, whose rooms are open when it returns.
func (r *release) load(t *testing.T) *load {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &load{release: r, stop: stop, answered: map[string]int{}}
	t.Cleanup(func() { stop(); l.done.Wait() })
	for i := range clients {
		c := r.caller()
		room := &broadcast{id: fmt.Sprintf("anchor-%d-%d", i, time.Now().UnixNano())}
		l.rooms = append(l.rooms, room)
		c.must(t, "RequestLVBAddr", fields{"userid": room.id, "groupid": room.id, "title": "load"})
		c.must(t, "ChangeStatus", fields{"userid": room.id, "status": 0})
		l.done.Go(func() {
			defer c.http.CloseIdleConnections()
			for n := 0; ctx.Err() == nil; n++ {
				l.round(ctx, c, room, n)
			}
		})
	}
	return l
}

// round is every Action once.
func (l *load) round(ctx context.Context, c *caller, room *broadcast, n int) {
	viewer := fmt.Sprintf("viewer-%d", n)
	in := func(who string) fields {
		return fields{"userid": who, "liveuserid": room.id, "groupid": room.id, "flag": 0}
	}
	l.do(ctx, c, "FetchList", fields{"flag": 3, "pageno": 1, "pagesize": 20})
	room.triedLikes++
	if l.do(ctx, c, "ChangeCount", fields{"userid": room.id, "type": 1, "optype": 0, "flag": 0}) {
		room.countedLikes++
	}
	if l.do(ctx, c, "EnterGroup", in(viewer)) {
		room.enteredViewers = append(room.enteredViewers, viewer)
	}
	l.do(ctx, c, "GetUserInfo", fields{"userid": room.id, "type": 0})
	l.do(ctx, c, "RequestLVBAddr", fields{"userid": room.id, "groupid": room.id, "title": "load"})
	l.do(ctx, c, "ChangeStatus", fields{"userid": room.id, "status": 0})
	l.do(ctx, c, "FetchGroupMemberList", fields{"liveuserid": room.id, "groupid": room.id, "pageno": 1, "pagesize": 20})
	l.do(ctx, c, "QuitGroup", in("nobody"))
	l.do(ctx, c, "GetCOSSign", nil)
}

func (l *load) do(ctx context.Context, c *caller, action string, f fields) bool {
	if ctx.Err() != nil {
		return false
	}
	from := time.Now()
	_, err := c.do(context.WithoutCancel(ctx), action, f) // what has begun is waited for
	till := time.Now()
	l.mu.Lock()
	if err == nil {
		l.answered[action]++
	} else {
		l.failures = append(l.failures, failure{action, from, till, err.Error()})
	}
	l.mu.Unlock()
	time.Sleep(pause)
	return err == nil
}

// failedSince are the failures that ended after a moment, so far.
func (l *load) failedSince(moment time.Time) []failure {
	l.mu.Lock()
	defer l.mu.Unlock()
	var failed []failure
	for _, f := range l.failures {
		if f.till.After(moment) {
			failed = append(failed, f)
		}
	}
	return failed
}

// noneFailed checks that every Action that has ended since a moment has succeeded.
func (l *load) noneFailed(t *testing.T, moment time.Time) {
	t.Helper()
	if failed := l.failedSince(moment); len(failed) > 0 {
		_, text := outage(failed)
		t.Errorf("%d of %d Actions failed:\n%s", len(failed), l.total(), text)
	}
}

// failedFor checks that Actions have failed, since a moment, for no longer than a limit, and tells which.
func (l *load) failedFor(t *testing.T, moment time.Time, limit time.Duration, what string) {
	t.Helper()
	failed := l.failedSince(moment)
	length, text := outage(failed)
	t.Logf("%s: %d Actions failed\n%s", what, len(failed), text)
	if length > limit {
		t.Errorf("Actions failed for %s, want at most %s", length, limit)
	}
}

// total is how many Actions were answered so far.
func (l *load) total() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, answered := range l.answered {
		n += answered
	}
	return n
}

// outage tells which Actions failed, how often, and from the first failure to
// the last for how long.
func outage(failed []failure) (length time.Duration, text string) {
	byAction := map[string][]failure{}
	for _, f := range failed {
		byAction[f.action] = append(byAction[f.action], f)
	}
	var out strings.Builder
	for _, action := range slices.Sorted(maps.Keys(byAction)) {
		from, till := byAction[action][0].from, byAction[action][0].till
		for _, f := range byAction[action] {
			if f.from.Before(from) {
				from = f.from
			}
			if f.till.After(till) {
				till = f.till
			}
		}
		length = max(length, till.Sub(from))
		fmt.Fprintf(&out, "  %-22s %3d failed within %.1f s, such as: %.160s\n", action, len(byAction[action]), till.Sub(from).Seconds(), byAction[action][0].why)
	}
	return length, out.String()
}

// end stops the clients and checks that what was acknowledged is there, and no
// like that was not sent.
func (l *load) end(t *testing.T) {
	t.Helper()
	l.stop()
	l.done.Wait()
	c := l.release.caller()
	defer c.http.CloseIdleConnections()
	acknowledged := 0
	for _, room := range l.rooms {
		info, _ := c.must(t, "GetUserInfo", fields{"userid": room.id, "type": 0})["likecount"].(float64)
		if likes := int(info); likes < room.countedLikes || likes > room.triedLikes {
			t.Errorf("%s has %d likes, want from the %d acknowledged to the %d sent", room.id, likes, room.countedLikes, room.triedLikes)
		}
		there := map[string]bool{}
		for page := 1; len(there) == (page-1)*100; page++ {
			list, _ := c.must(t, "FetchGroupMemberList", fields{"liveuserid": room.id, "groupid": room.id, "pageno": page, "pagesize": 100})["memberlist"].([]any)
			for _, member := range list {
				there[fmt.Sprint(member.(map[string]any)["userid"])] = true
			}
		}
		for _, viewer := range room.enteredViewers {
			if !there[viewer] {
				t.Errorf("%s entered %s, and is not there", viewer, room.id)
			}
		}
		acknowledged += room.countedLikes + len(room.enteredViewers)
	}
	t.Logf("%d Actions answered, %d failed; %d likes and viewers acknowledged, all there", l.total(), len(l.failures), acknowledged)
}
