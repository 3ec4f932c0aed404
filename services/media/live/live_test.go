package live_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"xiaozhibo.dev/services/media/flv"
	"xiaozhibo.dev/services/media/live"
)

type witness struct {
	told  []string
	began func(p *live.Push) // nil: nothing happens meanwhile
}

func (w *witness) Began(p *live.Push) error {
	w.told = append(w.told, "began "+p.Sequence)
	if w.began != nil {
		w.began(p)
	}
	return nil
}
func (w *witness) Ended(p *live.Push, err error) { w.told = append(w.told, "ended "+p.Sequence) }

func newHub(limits live.Limits) (*live.Hub, *witness) {
	w := &witness{}
	return live.NewHub(limits, w, live.Measure{Joined: func(int) {}, Cut: func() {}}, time.Now), w
}

func allowed() error { return nil }

var usual = live.Limits{Pushes: 2, Players: 2, CacheBytes: 10_000, QueueBytes: 5_000}

func begin(t *testing.T, hub *live.Hub, stream string) *live.Push {
	t.Helper()
	push, err := hub.Begin(stream, "192.0.2.1:1", allowed, func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	return push
}

func picture(at uint32, key bool, size int) *flv.Tag {
	return flv.VideoTag(flv.H264, false, key, at, 0, make([]byte, size))
}

var config = flv.VideoTag(flv.H264, true, true, 0, 0, []byte("config"))

func next(t *testing.T, player *live.Player) []*flv.Tag {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tags, err := player.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return tags
}

func TestAPlayerBeginsWithTheLastKeyFrame(t *testing.T) {
	hub, _ := newHub(usual)
	push := begin(t, hub, "a")
	for _, tag := range []*flv.Tag{config, picture(0, true, 10), picture(40, false, 10), picture(80, true, 10), picture(120, false, 10)} {
		push.Write(tag)
	}
	player, err := push.Join()
	if err != nil {
		t.Fatal(err)
	}
	defer player.Leave()
	tags := next(t, player)
	if len(tags) != 3 || !tags[0].Config || !tags[1].Key || tags[1].DTS != 80 || tags[2].DTS != 120 {
		t.Errorf("a player got %d tags: %+v", len(tags), tags)
	}
}

func TestAGroupOfPicturesThatIsTooLongIsNotKept(t *testing.T) {
	hub, _ := newHub(usual)
	push := begin(t, hub, "a")
	push.Write(config)
	push.Write(picture(0, true, 10))
	for i := range uint32(20) {
		push.Write(picture(40*(i+1), false, 1000))
	}
	player, err := push.Join()
	if err != nil {
		t.Fatal(err)
	}
	defer player.Leave()
	push.Write(picture(2000, false, 10)) // which it could not show
	push.Write(picture(2040, true, 10))
	if tags := next(t, player); len(tags) != 2 || tags[1].DTS != 2040 {
		t.Errorf("a player got %+v", tags)
	}
}

func TestAPlayerThatTakesNothingIsCutOffAndOthersAreNot(t *testing.T) {
	hub, _ := newHub(usual)
	push := begin(t, hub, "a")
	push.Write(config)
	slow, _ := push.Join()
	defer slow.Leave()
	fast, _ := push.Join()
	defer fast.Leave()
	got := 0
	for i := range uint32(20) {
		push.Write(picture(40*i, i == 0, 1000))
		got += len(next(t, fast))
	}
	if got != 21 {
		t.Errorf("the fast player got %d tags", got)
	}
	if _, err := slow.Next(t.Context()); !errors.Is(err, live.ErrSlow) {
		t.Errorf("the slow player gets %v", err)
	}
	if _, err := push.Join(); !errors.Is(err, live.ErrTooManyPlayers) {
		t.Errorf("a third player: %v", err)
	}
}

func TestThePushThatTakesOverIsToldOfFirst(t *testing.T) {
	hub, w := newHub(usual)
	var first *live.Push
	ended := make(chan struct{})
	first, err := hub.Begin("a", "", allowed, func(cause error) {
		if !errors.Is(cause, live.ErrReplaced) {
			t.Errorf("it is stopped for %v", cause)
		}
		close(ended)
	})
	if err != nil {
		t.Fatal(err)
	}
	second := begin(t, hub, "a")
	<-ended
	first.End(live.ErrReplaced)
	if hub.Push("a") != second {
		t.Error("the stream is not the second push's")
	}
	second.End(nil)
	want := []string{"began " + first.Sequence, "began " + second.Sequence, "ended " + first.Sequence, "ended " + second.Sequence}
	if len(w.told) != 4 || [4]string(w.told) != [4]string(want) {
		t.Errorf("told %q, want %q", w.told, want)
	}
	begin(t, hub, "a")
	begin(t, hub, "b")
	if _, err := hub.Begin("c", "", allowed, func(error) {}); !errors.Is(err, live.ErrTooManyPushes) {
		t.Errorf("a third stream: %v", err)
	}
}

func TestADropReachesAPushThatIsJustBeginning(t *testing.T) {
	hub, w := newHub(usual)
	var stopped []error
	stop := func(cause error) { stopped = append(stopped, cause) }
	w.began = func(p *live.Push) {
		if !hub.Drop(p.Stream) || hub.Drop("another") {
			t.Error("the push is not dropped, or another one is")
		}
	}
	push, err := hub.Begin("a", "", allowed, stop)
	if err != nil || len(stopped) != 1 || !errors.Is(stopped[0], live.ErrDropped) {
		t.Fatalf("stopped %v, %v", stopped, err)
	}
	push.End(stopped[0])
	if hub.Drop("a") || hub.Push("a") != nil {
		t.Error("the push is there after its end")
	}
}

func TestAStreamThatWasForbiddenMeanwhileDoesNotBegin(t *testing.T) {
	hub, w := newHub(usual)
	before := begin(t, hub, "a")
	forbidden := errors.New("forbidden")
	if _, err := hub.Begin("a", "", func() error { return forbidden }, func(error) {}); !errors.Is(err, forbidden) {
		t.Errorf("it begins: %v", err)
	}
	if len(w.told) != 1 || hub.Push("a") != before {
		t.Errorf("told %q", w.told)
	}
}
