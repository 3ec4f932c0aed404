package tencent_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/platform"
	"xiaozhibo.dev/libs/platform/platformtest"
	"xiaozhibo.dev/libs/platform/tencent"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

const domain = "8888.livepush.myqcloud.com"

// world is a client before the platform.
type world struct {
	*tencent.Client
	platform *platformtest.Tencent
	recorded *telemetrytest.Recorder
	ahead    time.Duration // of the client's clock
	key      tencent.Key
	budget   int
}

// newWorld is made in a bubble of synctest.
func newWorld(t *testing.T, set func(*world)) *world {
	t.Helper()
	w := &world{recorded: telemetrytest.New(), key: tencent.Key{ID: "AKIDEXAMPLE", Secret: "SECRETEXAMPLE"}, budget: 50}
	w.platform = &platformtest.Tencent{
		Streams: &platformtest.Streams{}, Domain: domain, ID: "AKIDEXAMPLE", Key: "SECRETEXAMPLE", Now: time.Now,
	}
	if set != nil {
		set(w)
	}
	caller, err := platform.NewCaller(platformtest.Transport{Handler: w.platform}, w.budget, w.recorded.Scope().Meter)
	if err != nil {
		t.Fatal(err)
	}
	w.Client = tencent.New(tencent.Config{
		URL: tencent.Endpoint, Domain: domain, App: "live",
		Key: func() (tencent.Key, error) { return w.key, nil },
		Now: func() time.Time { return time.Now().Add(w.ahead) },
	}, caller)
	return w
}

func (w *world) push(n int) {
	for i := range n {
		w.platform.Streams.Push(fmt.Sprintf("8888_%05d", i), time.Now())
	}
}

func TestTheListIsReadPageByPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 99, 100, 101, 1000} {
			w := newWorld(t, nil)
			w.push(n)
			list, err := w.Online(t.Context())
			if err != nil || len(list.Streams) != n || list.Whole {
				t.Errorf("of %d streams %d are listed, whole %t, %v", n, len(list.Streams), list.Whole, err)
			}
			for _, one := range list.Streams {
				if one.Since != time.Now().Unix() && time.Now().Unix()-one.Since > 60 {
					t.Errorf("%s is pushed since %d", one.ID, one.Since)
				}
			}
		}
	})
}

func TestAListThatMovesBetweenPagesHasNoStreamTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.push(250)
		w.platform.Paged = func(number int) { // all that follow move to the page before, or to the next
			if number == 1 {
				w.platform.Streams.Push("0000", time.Now())
			} else {
				w.platform.Streams.End("8888_00000")
				w.platform.Streams.End("8888_00001")
			}
		}
		list, err := w.Online(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, one := range list.Streams {
			if seen[one.ID] {
				t.Errorf("%s is listed twice", one.ID)
			}
			seen[one.ID] = true
		}
		if len(seen) < 247 || list.Whole {
			t.Errorf("%d streams, whole %t", len(seen), list.Whole)
		}
	})
}

func TestALongListIsCutAndSaysThatItIsNotWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(w *world) { w.platform.ListLimit = 300 })
		w.push(301)
		list, err := w.Online(t.Context())
		if err != nil || len(list.Streams) != 300 || list.Whole {
			t.Errorf("%d streams, whole %t, %v", len(list.Streams), list.Whole, err)
		}
		if state, err := w.State(t.Context(), "8888_00300"); state != platform.Online || err != nil {
			t.Errorf("the one that is cut off is %s, %v", state, err)
		}
	})
}

func TestAStreamIsOnlineOfflineOrForbidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		state := func(id string, want platform.State) {
			t.Helper()
			if got, err := w.State(t.Context(), id); got != want || err != nil {
				t.Errorf("%s is %s, %v, want %s", id, got, err, want)
			}
		}
		w.push(1)
		const tom = "8888_00000"
		state(tom, platform.Online)
		state("8888_nobody", platform.Offline)
		if err := w.Drop(t.Context(), tom); err != nil {
			t.Error(err)
		}
		state(tom, platform.Offline)
		if err := w.Drop(t.Context(), tom); err != nil {
			t.Errorf("dropped again: %v", err)
		}
		until := time.Now().Add(time.Hour).Unix()
		if err := w.Forbid(t.Context(), tom, until, "unfit"); err != nil {
			t.Error(err)
		}
		if got := w.platform.Streams.Until(tom); got != until {
			t.Errorf("forbidden until %d, want %d", got, until)
		}
		w.push(1)
		state(tom, platform.Forbidden)
		if err := w.Resume(t.Context(), tom); err != nil {
			t.Error(err)
		}
		w.push(1)
		state(tom, platform.Online)
	})
}

func TestABanIsCutToWhatThePlatformTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		if err := w.Forbid(t.Context(), "8888_tom", time.Now().AddDate(10, 0, 0).Unix(), strings.Repeat("x", 5000)); err != nil {
			t.Fatal(err)
		}
		if days := (w.platform.Streams.Until("8888_tom") - time.Now().Unix()) / 86400; days != 89 && days != 90 {
			t.Errorf("forbidden for %d days", days)
		}
	})
}

// No fault may look like a stream that is offline.
func TestAFaultIsNeverOffline(t *testing.T) {
	for fault, want := range map[platformtest.Fault]platform.Outcome{
		platformtest.Late: platform.TimedOut, platformtest.Reset: platform.Unreachable, platformtest.Busy: platform.Limited,
		platformtest.Internal: platform.Failed, platformtest.Gateway: platform.Failed, platformtest.Garbled: platform.Unreadable,
		platformtest.Lost: platform.Unreadable, // an answer without a state
	} {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				w.push(1)
				w.platform.Fault = func(string) platformtest.Fault { return fault }
				began := time.Now()
				state, err := w.State(t.Context(), "8888_00000")
				if state != platform.Unknown || platform.OutcomeOf(err) != want {
					t.Errorf("the state is %s, %v, want %s", state, err, want)
				}
				if took := time.Since(began); took > 6*time.Second {
					t.Errorf("it took %s", took)
				}
				if fault == platformtest.Lost {
					return
				}
				if _, err := w.Online(t.Context()); platform.OutcomeOf(err) != want {
					t.Errorf("the list: %v, want %s", err, want)
				}
				values := w.recorded.Values(t)
				for call, n := range map[string]int{"state": 1, "list": 2} { // a page is asked for once more
					if got := values["xzb.platform.calls xzb.platform.call="+call+" xzb.platform.outcome="+string(want)]; got != n {
						t.Errorf("%d calls %s are counted as %s, want %d", got, call, want, n)
					}
				}
			})
		})
	}
}

func TestALostPageIsAskedForOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.push(250)
		calls := 0
		w.platform.Fault = func(string) platformtest.Fault {
			if calls++; calls == 2 {
				return platformtest.Reset
			}
			return platformtest.None
		}
		if list, err := w.Online(t.Context()); err != nil || len(list.Streams) != 250 {
			t.Errorf("%d streams, %v", len(list.Streams), err)
		}
	})
}

func TestAWrongClockOrKeyIsToldAsSuch(t *testing.T) {
	for name, test := range map[string]struct {
		set  func(*world)
		want string
	}{
		"a clock ahead":  {func(w *world) { w.ahead = 10 * time.Minute }, "AuthFailure.SignatureExpire: the clock of this machine is 10m0s ahead"},
		"a clock behind": {func(w *world) { w.ahead = -time.Hour }, "the clock of this machine is -1h0m0s ahead"},
		"another key":    {func(w *world) { w.key.Secret = "HUSH" }, "AuthFailure.SignatureFailure"},
		"another id":     {func(w *world) { w.key.ID = "AKIDHUSH" }, "AuthFailure.SecretIdNotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, test.set)
				_, err := w.State(t.Context(), "8888_tom")
				if platform.OutcomeOf(err) != platform.Refused || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v, want %s", err, test.want)
				}
				if strings.Contains(fmt.Sprint(err), "HUSH") {
					t.Errorf("the error shows a secret: %v", err)
				}
			})
		})
	}
}

func TestACallWaitsForItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(w *world) { w.budget = 10 })
		began := time.Now()
		for range 21 {
			if _, err := w.State(t.Context(), "8888_tom"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("21 calls at 10 a second took %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if state, err := w.State(ctx, "8888_tom"); state != platform.Unknown || err == nil || errors.As(err, new(*platform.Error)) {
			t.Errorf("without time for its turn: %s, %v", state, err)
		}
	})
}

func TestABudgetIsWhatThePlatformAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(w *world) { w.budget = platformtest.ListPerSecond })
		w.push(1000)
		for range 30 {
			if _, err := w.Online(t.Context()); err != nil {
				t.Fatalf("within the limit: %v", err)
			}
		}
	})
}
