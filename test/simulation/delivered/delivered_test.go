package delivered_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sweep is how often the service forgets what is too old.
const sweep = time.Minute

func TestAReceiverThatIsDownForAnHourGetsEveryWebhookWhoeverSends(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, dir)
		copies := []*process{w.start(), w.start()}
		pass(5 * time.Second)
		w.receiver.set(true)
		const minutes = 60
		for minute := range minutes {
			w.session(fmt.Sprint("u", minute))
			if minute%4 == 3 { // whoever sends dies, in order or cut off from everybody
				one := copies[minute/4%2]
				one.off.Store(minute%8 == 3)
				pass(20 * time.Second) // longer than the duty lasts without a word
				one.stop()
				copies[minute/4%2] = w.start()
			}
			if err := w.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			pass(sweep)
		}
		w.receiver.set(false)
		for minute := range 30 { // they go on changing while it catches up
			copies[minute%2].off.Store(minute%3 == 0)
			pass(sweep)
			copies[minute%2].off.Store(false)
		}
		kinds := map[string]int{}
		for _, one := range w.receiver.ids(t) {
			kinds[one.kind]++
		}
		if kinds["session.began"] != minutes || kinds["session.ended"] != minutes || kinds["recording.ready"] != minutes {
			t.Errorf("of %d sessions and recordings %v were taken", minutes, kinds)
		}
		if status, err := copies[0].sender.Status(t.Context()); err != nil || status.Missed != 0 || status.Pending != 0 || len(status.Dead) != 0 {
			t.Errorf("%+v, %v; want nothing missed, waiting or dead", status, err)
		}
		stopAll(copies)
	})
}

func TestWhatIsRefusedForHoursIsADeadLetterThatCanBeSentAgain(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, dir)
		copies := []*process{w.start()}
		pass(5 * time.Second)
		w.receiver.set(false, "tom")
		w.session("tom")
		w.session("ann")
		for range int(retryFor/time.Hour) + 2 {
			copies[0].stop()
			copies[0] = w.start()
			pass(time.Hour)
			if err := w.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		status, err := copies[0].sender.Status(t.Context())
		if err != nil || status.Pending != 0 || len(status.Dead) != 3 || len(w.receiver.ids(t)) != 3 {
			t.Fatalf("%+v, %v; want three dead letters, and three webhooks taken", status, err)
		}
		var dead []string
		for _, letter := range status.Dead {
			dead = append(dead, letter.Type)
			// Its end could not be told before its begin was given up: it was old already.
			if letter.User != "tom" || letter.Attempts < 10 && letter.Type != "session.ended" || letter.Why != "status 500" {
				t.Errorf("%+v", letter)
			}
		}
		slices.Sort(dead)
		if fmt.Sprint(dead) != "[recording.ready session.began session.ended]" {
			t.Errorf("dead are %v", dead)
		}
		w.receiver.set(false)
		for _, letter := range status.Dead {
			if err := copies[0].sender.Revive(t.Context(), letter.Number); err != nil {
				t.Error(err)
			}
		}
		pass(time.Minute)
		if n := len(w.receiver.ids(t)); n != 6 {
			t.Errorf("%d are taken in the end, want 6", n)
		}
		stopAll(copies)
	})
}

func stopAll(copies []*process) {
	for _, one := range copies {
		one.stop()
	}
}

func pass(d time.Duration) { <-time.After(d) }
