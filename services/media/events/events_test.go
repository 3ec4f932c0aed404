package events_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"xiaozhibo.dev/services/media/events"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// gateway answers with what it is told, in turn, and then with 200.
type gateway struct {
	*httptest.Server
	mu      sync.Mutex
	heard   []string
	answers []string
	news    chan struct{}
}

func newGateway(t *testing.T, answers ...string) *gateway {
	g := &gateway{answers: answers, news: make(chan struct{}, 10_000)}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event events.Event
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
			t.Error(err)
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		g.heard = append(g.heard, event.StreamID+" "+event.Name()+" "+event.Sequence)
		answer := `{"code":0}`
		if len(g.answers) > 0 {
			answer, g.answers = g.answers[0], g.answers[1:]
		}
		if answer == "500" {
			w.WriteHeader(http.StatusInternalServerError)
		} else {
			io.WriteString(w, answer)
		}
		g.news <- struct{}{}
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *gateway) wait(t *testing.T, number int) []string {
	t.Helper()
	for range number {
		select {
		case <-g.news:
		case <-time.After(2 * time.Minute):
			t.Fatalf("heard %q, want %d", g.heard, number)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.heard)
}

func newSender(t *testing.T, g *gateway, dir string, faults *events.Faults) *events.Sender {
	t.Helper()
	outbox, held, err := events.OpenOutbox(dir, 1480000000)
	if err != nil {
		t.Fatal(err)
	}
	sender := events.NewSender(outbox, held, events.Options{
		URL: g.URL, Key: func() string { return "testcallbackkey" }, Tries: 3, Every: time.Millisecond, Later: 10 * time.Millisecond,
		Faults: faults, Result: func(string, string) {}, Log: slog.New(slog.DiscardHandler),
	})
	t.Cleanup(func() {
		if err := sender.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return sender
}

func add(t *testing.T, s *events.Sender, event events.Event) {
	t.Helper()
	if err := s.Add(event); err != nil {
		t.Fatal(err)
	}
}

func TestEventsOfAStreamAreSentInOrderUntilTheyAreAnswered(t *testing.T) {
	g := newGateway(t, "500", `{"code":1}`, `{"code":0}`, "no JSON")
	s := newSender(t, g, t.TempDir(), nil)
	for i := range 3 {
		add(t, s, events.Event{Type: events.Pushed, StreamID: "a", Sequence: fmt.Sprint(i)})
	}
	want := []string{"a pushed 0", "a pushed 0", "a pushed 0", "a pushed 1", "a pushed 1", "a pushed 2"}
	if heard := g.wait(t, len(want)); !slices.Equal(heard, want) {
		t.Errorf("heard %q", heard)
	}
}

func TestAfterTheLastTryARecordingIsSentLaterAndOthersAreNot(t *testing.T) {
	g, dir := newGateway(t, slices.Repeat([]string{"500"}, 6)...), t.TempDir()
	s := newSender(t, g, dir, nil)
	add(t, s, events.Event{Type: events.Pushed, StreamID: "a", Sequence: "1"})
	add(t, s, events.Event{Type: events.Recorded, StreamID: "a", Sequence: "1"})
	heard := g.wait(t, 7)
	if want := append(slices.Repeat([]string{"a pushed 1"}, 3), slices.Repeat([]string{"a recorded 1"}, 4)...); !slices.Equal(heard, want) {
		t.Errorf("heard %q", heard)
	}
	s.Close(t.Context())
	if left, err := os.ReadDir(filepath.Join(dir, "events")); err != nil || len(left) > 0 {
		t.Errorf("the outbox has %v, %v", left, err)
	}
}

func TestWhatWasNotAnsweredIsSentByTheNextSender(t *testing.T) {
	g, dir := newGateway(t), t.TempDir()
	outbox, _, err := events.OpenOutbox(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		if _, err := outbox.Add(events.Event{Type: events.Recorded, StreamID: "a", Sequence: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	newSender(t, g, dir, nil)
	for i, heard := range g.wait(t, 12) {
		if want := fmt.Sprintf("a recorded %d", i); heard != want {
			t.Errorf("heard %q, want %q", heard, want)
		}
	}
}

func TestFaultsDependOnTheSeedAlone(t *testing.T) {
	run := func(seed uint64, text string) []string {
		faults, err := events.ParseFaults(text, seed)
		if err != nil {
			t.Fatal(err)
		}
		g := newGateway(t)
		s := newSender(t, g, t.TempDir(), faults)
		for i := range 40 {
			add(t, s, events.Event{Type: events.Pushed, StreamID: "a", Sequence: fmt.Sprint(i)})
		}
		add(t, s, events.Event{Type: events.Interrupted, StreamID: "a", Sequence: "last"})
		s.Close(t.Context())
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.heard
	}
	lost := run(7, "lost=0.5")
	if n := len(lost); n < 10 || n > 31 {
		t.Errorf("with lost=0.5, %d of 41 events came", n)
	}
	if again := run(7, "lost=0.5"); !slices.Equal(lost, again) {
		t.Errorf("the same seed loses others: %q, %q", lost, again)
	}
	if mixed := run(7, "disorder=0.5"); len(mixed) != 41 || slices.IsSortedFunc(mixed[:20], func(a, b string) int { return len(a) - len(b) }) && mixed[0] == "a pushed 0" && mixed[1] == "a pushed 1" && mixed[2] == "a pushed 2" && mixed[3] == "a pushed 3" {
		t.Errorf("with disorder=0.5 came %q", mixed)
	}
}

func TestFaultsThatAreNoneAreRefused(t *testing.T) {
	for _, text := range []string{"twice", "twice=2", "never=0.1", "twice=0.1;late=0.1", "lost=NaN"} {
		if _, err := events.ParseFaults(text, 1); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
