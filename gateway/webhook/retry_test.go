package webhook_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestAReceiverThatRefusesOneSessionGetsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first}
		c := configured()
		c.RetryFor = 6 * time.Hour
		sender, stop := run(t, c, o, r)
		defer stop()
		r.answers(func(g got) (int, http.Header, error) {
			if g.user == "tom" {
				return http.StatusInternalServerError, nil, nil
			}
			return http.StatusOK, nil, nil
		})
		pass(time.Second)
		o.begin("tom", 1)
		o.end("tom", 1)
		o.begin("ann", 1)
		pass(2 * time.Second)
		if len(r.kinds("ann")) != 1 || len(r.kinds("tom")) != 0 {
			t.Errorf("took %v", r.all())
		}
		pass(7 * time.Hour)
		status, err := sender.Status(t.Context())
		if err != nil || len(status.Dead) != 2 || status.Pending != 0 {
			t.Fatalf("%+v, %v; want two dead letters", status, err)
		}
		if letter := status.Dead[0]; letter.Type != "session.began" || letter.User != "tom" || letter.Attempts < 25 || letter.Why != "status 500" {
			t.Errorf("%+v", letter)
		}
		r.answers(nil)
		if err := sender.Revive(t.Context(), status.Dead[0].Number); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Second)
		if kinds := r.kinds("tom"); !slices.Equal(kinds, []string{"session.began"}) {
			t.Errorf("took %v after one was revived", kinds)
		}
		if err := sender.Revive(t.Context(), 4711); err == nil {
			t.Error("what is no dead letter was revived")
		}
	})
}

func TestPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first}
		_, stop := run(t, configured(), o, r)
		defer stop()
		var at []time.Time
		r.answers(func(g got) (int, http.Header, error) {
			at = append(at, g.at)
			return http.StatusBadRequest, nil, nil
		})
		pass(time.Second)
		o.begin("tom", 1)
		pass(2 * time.Hour)
		want := []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 15 * time.Minute}
		for i, pause := range want {
			got := at[i+1].Sub(at[i])
			if got < pause*9/10 || got > pause*11/10+time.Second {
				t.Errorf("the pause %d is %v, want about %v", i+1, got, pause)
			}
		}
	})
}

func TestAReceiverThatHasNoTimeIsLeftAloneForAsLongAsItAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first}
		_, stop := run(t, configured(), o, r)
		defer stop()
		var at []time.Time
		r.answers(func(g got) (int, http.Header, error) {
			if at = append(at, g.at); len(at) == 1 {
				return http.StatusServiceUnavailable, http.Header{"Retry-After": {"1800"}}, nil
			}
			return http.StatusOK, nil, nil
		})
		pass(time.Second)
		o.begin("tom", 1)
		pass(2 * time.Hour)
		if len(at) != 2 || at[1].Sub(at[0]) < 30*time.Minute {
			t.Errorf("sent at %v", at)
		}
	})
}

func TestAReceiverThatIsGoneIsToldNoMoreUntilItIsWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first}
		sender, stop := run(t, configured(), o, r)
		pass(time.Second)
		r.answers(func(got) (int, http.Header, error) { return http.StatusGone, nil, nil })
		o.begin("tom", 1)
		pass(time.Second)
		o.begin("ann", 1)
		pass(time.Hour)
		if r.tried != 1 {
			t.Errorf("tried %d times", r.tried)
		}
		if status, err := sender.Status(t.Context()); err != nil || status.Off == nil {
			t.Errorf("%+v, %v", status, err)
		}
		r.answers(nil)
		if err := sender.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Second)
		if len(r.all()) != 2 {
			t.Errorf("took %v after it was resumed", r.all())
		}
		r.answers(func(got) (int, http.Header, error) { return http.StatusGone, nil, nil })
		o.begin("bob", 1)
		pass(time.Second)
		stop()
		r.answers(nil)
		moved := configured()
		moved.URL = "https://other.example.com/"
		_, stop = run(t, moved, o, r)
		defer stop()
		pass(10 * time.Second)
		if len(r.kinds("bob")) != 1 {
			t.Error("another URL is not told")
		}
	})
}

func TestARedirectIsNotFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first}
		_, stop := run(t, configured(), o, r)
		defer stop()
		r.answers(func(got) (int, http.Header, error) {
			return http.StatusTemporaryRedirect, http.Header{"Location": {"https://elsewhere.example.com/"}}, nil
		})
		pass(time.Second)
		o.begin("tom", 1)
		pass(3 * time.Second)
		if r.tried != 1 {
			t.Errorf("tried %d times", r.tried)
		}
	})
}

func TestASlowReceiverHoldsUpNoMoreThanItsShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r := newOutbox(), &receiver{t: t, secret: first, latency: time.Minute}
		_, stop := run(t, configured(), o, r)
		defer stop()
		pass(time.Second)
		for i := range 1500 {
			o.begin(fmt.Sprint("u", i), 1)
		}
		pass(10 * time.Minute)
		if r.tried != 0 {
			t.Errorf("%d attempts took longer than they may", r.tried)
		}
		r.mu.Lock()
		r.latency = 0
		r.mu.Unlock()
		pass(20 * time.Minute)
		if n := len(r.all()); n != 1500 {
			t.Errorf("took %d", n)
		}
	})
}
