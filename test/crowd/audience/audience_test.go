package audience_test

import (
	"container/heap"
	"encoding/json"
	"hash/fnv"
	"math"
	"testing"
	"time"

	"xiaozhibo.dev/test/crowd/audience"
)

type actor interface {
	Due() time.Duration
	Act(now time.Duration, b []byte) (string, []byte)
	Hear(now time.Duration, a audience.Answer)
	AppendAddress(b []byte) []byte
}

// queue has the one that acts first at the front.
type queue []actor

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].Due() < q[j].Due() }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(actor)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// rehearsal is a crowd in a time that passes as fast as it can, and a server that
// answers with what it is told to.
type rehearsal struct {
	world     *audience.World
	actors    queue
	counts    map[string]int
	addresses map[string]bool
	likedAt   []time.Duration
	hash      uint64
}

// checked is how many bodies of each Action are read.
const checked = 100

const (
	opening = 10 * time.Second
	evening = 2 * time.Hour
)

func rehearse(t *testing.T, seed uint64, habits audience.Habits, viewers int, answer func(action string) audience.Answer) *rehearsal {
	t.Helper()
	r := &rehearsal{
		world:  audience.NewWorld("c", seed, 20, 0.25, habits),
		counts: map[string]int{}, addresses: map[string]bool{},
	}
	for i := range r.world.Rooms {
		r.actors = append(r.actors, r.world.NewAnchor(i, 0, evening))
	}
	for i := range viewers {
		r.actors = append(r.actors, r.world.NewViewer(i, opening+time.Duration(i)*time.Millisecond))
	}
	heap.Init(&r.actors)
	hash := fnv.New64a()
	for r.actors.Len() > 0 {
		one := heap.Pop(&r.actors).(actor)
		now := one.Due()
		if now > evening {
			break
		}
		action, body := one.Act(now, nil)
		if action != "" {
			r.note(t, now, one, action, body)
			hash.Write(body)
			one.Hear(now+5*time.Millisecond, answer(action))
		}
		if due := one.Due(); due >= 0 {
			if due < now {
				t.Fatalf("after %s at %v something is due at %v", action, now, due)
			}
			heap.Push(&r.actors, one)
		}
	}
	r.hash = hash.Sum64()
	return r
}

func (r *rehearsal) note(t *testing.T, now time.Duration, one actor, action string, body []byte) {
	t.Helper()
	if r.counts[action] < checked {
		var request struct{ Action string }
		if err := json.Unmarshal(body, &request); err != nil || request.Action != action {
			t.Fatalf("%s sends %s: %v", action, body, err)
		}
	}
	r.counts[action]++
	r.addresses[string(one.AppendAddress(nil))] = true
	if action == "ChangeCount" {
		r.likedAt = append(r.likedAt, now)
	}
}

func success(string) audience.Answer { return audience.Answer{Heard: true} }

func TestTheSameSeedDecidesTheSame(t *testing.T) {
	first := rehearse(t, 1, audience.Released(), 150, success)
	if again := rehearse(t, 1, audience.Released(), 150, success); again.hash != first.hash {
		t.Error("another play")
	}
	if other := rehearse(t, 2, audience.Released(), 150, success); other.hash == first.hash {
		t.Error("another seed is the same play")
	}
}

func TestViewersDoWhatTheHabitsSay(t *testing.T) {
	const viewers = 1000
	h := audience.Released()
	r := rehearse(t, 7, h, viewers, success)
	visits := float64(r.counts["EnterGroup"])
	near := func(what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got/want-1) > within {
			t.Errorf("%s: %.2f, want about %.2f", what, got, want)
		}
	}
	near("visits of a viewer", visits/viewers, 1/(1-(1-h.Killed)*h.Returns), 0.1)
	near("quits of a visit", float64(r.counts["QuitGroup"])/visits, 1-h.Killed, 0.1)
	near("looks at the members in a visit", float64(r.counts["FetchGroupMemberList"])/visits, 1+h.Stay.Seconds()/h.Poll.Seconds(), 0.15)
	between := h.Pause.Seconds() + float64(h.Burst)/2*h.TapEvery.Seconds()
	near("likes of a visit", float64(len(r.likedAt))/visits, h.Fans*h.Stay.Seconds()/between*float64(h.Burst+1)/2, 0.25)
	pages := visits - h.ByLink*viewers
	near("pages of the list", float64(r.counts["FetchList"]), pages/(1-h.ScrollOn), 0.1)
	near("addresses", float64(len(r.addresses)), viewers*0.75, 0.1)
	if r.counts["GetCOSSign"] != 20 || r.counts["RequestLVBAddr"] != 20 || r.counts["ChangeStatus"] < 40 {
		t.Errorf("anchors: %v", r.counts)
	}
	if most := r.world.MostWatching(); most < viewers/4 || most > viewers {
		t.Errorf("%d were watching at once", most)
	}
}

func TestReleasedClientsAskForMembersOnce(t *testing.T) {
	h := audience.Released()
	h.Poll = 0
	r := rehearse(t, 3, h, 500, success)
	if r.counts["FetchGroupMemberList"] != r.counts["EnterGroup"] {
		t.Errorf("%d looks at the members in %d visits", r.counts["FetchGroupMemberList"], r.counts["EnterGroup"])
	}
}

func TestTheSameIsDoneInLessTime(t *testing.T) {
	h := audience.Released()
	fast := rehearse(t, 5, h.Faster(10), 500, success)
	slow := rehearse(t, 5, h, 500, success)
	if a, b := float64(len(fast.likedAt)), float64(len(slow.likedAt)); math.Abs(a/b-1) > 0.1 {
		t.Errorf("%v likes, and %v ten times as slowly", a, b)
	}
	if first, second := fast.likedAt[len(fast.likedAt)/2], slow.likedAt[len(slow.likedAt)/2]; first > second/3 {
		t.Errorf("half of the likes are there after %v and %v", first, second)
	}
}
