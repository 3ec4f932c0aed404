package reconcile_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/platform/platformtest"
)

const tom = "8888_tom"

func TestASessionEndsAtTheThirdPollThatFindsNobodyPushing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.catalogue.live(tom)
		defer w.copy(w.catalogue)() // the first poll is at once
		after(2)
		if !w.catalogue.isLive(tom) {
			t.Error("two denials have ended it")
		}
		after(1)
		if w.catalogue.isLive(tom) {
			t.Error("three denials have not ended it")
		}
		values := w.recorded.Values(t)
		if values["xzb.platform.denials"] != 3 || values["xzb.platform.ended"] != 1 || values["xzb.platform.polls xzb.platform.poll=whole"] != 3 {
			t.Errorf("counted %v", values)
		}
		if !strings.Contains(w.log.String(), "a session has ended: the platform says that nobody pushes its stream") {
			t.Errorf("logged %s", w.log.String())
		}
	})
}

func TestAStreamThatIsPushedStaysListed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.catalogue.live(tom)
		w.pushed.Push(tom, time.Now())
		defer w.copy(w.catalogue)()
		after(20)
		if !w.catalogue.isLive(tom) || w.states() != 0 {
			t.Errorf("listed %t, asked for %d times", w.catalogue.isLive(tom), w.states())
		}
		if n := w.catalogue.confirmed[tom]; n != 20 {
			t.Errorf("confirmed %d times in 20 polls", n)
		}
	})
}

func TestAForbiddenStreamIsNotOnline(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.catalogue.live(tom)
		w.pushed.Forbid(tom, time.Now().Add(time.Hour).Unix())
		defer w.copy(w.catalogue)()
		after(3)
		if w.catalogue.isLive(tom) {
			t.Error("it stays listed")
		}
	})
}

func TestDenialsThatArePartedByAWordForItAreNotInARow(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.catalogue.live(tom)
		defer w.copy(w.catalogue)()
		for range 5 {
			after(2) // two denials
			w.pushed.Push(tom, time.Now())
			wait(poll)
			w.pushed.End(tom)
			wait(time.Second)
		}
		if !w.catalogue.isLive(tom) {
			t.Error("it has ended")
		}
	})
}

// Whatever the clocks say: a sign of life after the first denial was asked for is newer.
func TestWhatHasHappenedSinceTheFirstDenialIsNewer(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Hour, -time.Hour, time.Minute, -time.Minute} {
		inWorld(t, func(t *testing.T, w *world) {
			w.catalogue.ahead = ahead
			w.catalogue.live(tom)
			wait(time.Second)
			defer w.copy(w.catalogue)()
			after(1)
			w.catalogue.live(tom) // after the first denial
			after(2)
			wait(time.Second)
			if !w.catalogue.isLive(tom) {
				t.Errorf("with a clock %s ahead, it is denied against a newer sign of life", ahead)
			}
			after(3)
			if w.catalogue.isLive(tom) {
				t.Errorf("with a clock %s ahead, it is never denied again", ahead)
			}
		})
	}
}

func TestNoFaultOfThePlatformEndsASession(t *testing.T) {
	for _, fault := range []platformtest.Fault{
		platformtest.Late, platformtest.Reset, platformtest.Busy, platformtest.Internal, platformtest.Gateway, platformtest.Garbled, platformtest.Lost,
	} {
		for _, action := range []string{"DescribeLiveStreamOnlineList", "DescribeLiveStreamState"} {
			t.Run(string(fault)+action, func(t *testing.T) {
				inWorld(t, func(t *testing.T, w *world) {
					for i := range 150 {
						w.catalogue.live(name(i))
						w.pushed.Push(name(i), time.Now())
					}
					if action == "DescribeLiveStreamState" { // so that they have to be asked for
						w.platform.ListLimit = 1
					}
					w.faults(func(called string) platformtest.Fault {
						if called == action {
							return fault
						}
						return platformtest.None
					})
					defer w.copy(w.catalogue)()
					after(10)
					for i := range 150 {
						if !w.catalogue.isLive(name(i)) {
							t.Fatalf("%s has ended", name(i))
						}
					}
					if !strings.Contains(w.log.String(), "platform") && fault != platformtest.Lost {
						t.Error("nobody is told")
					}
				})
			})
		}
	}
}

func TestErrorsBetweenDenialsNeitherCountNorForgive(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.catalogue.live(tom)
		polls := 0
		w.faults(func(action string) platformtest.Fault {
			if action == "DescribeLiveStreamOnlineList" {
				polls++
			} else if polls%2 == 0 {
				return platformtest.Reset
			}
			return platformtest.None
		})
		defer w.copy(w.catalogue)()
		after(4)
		if !w.catalogue.isLive(tom) {
			t.Error("two denials and two errors have ended it")
		}
		after(1)
		if w.catalogue.isLive(tom) {
			t.Error("three denials and two errors have not ended it")
		}
	})
}

func TestAListThatIsCutHidesNobody(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.platform.ListLimit = 100
		for i := range 300 {
			w.catalogue.live(name(i))
			w.pushed.Push(name(i), time.Now())
		}
		defer w.copy(w.catalogue)()
		after(6)
		for i := range 300 {
			if !w.catalogue.isLive(name(i)) {
				t.Fatalf("%s has ended", name(i))
			}
		}
	})
}

func TestAListOfAMinuteAgoEndsASessionAPollLater(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.platform.Stale = time.Minute
		w.catalogue.live(tom)
		w.pushed.Push(tom, time.Now())
		defer w.copy(w.catalogue)()
		after(1)
		w.pushed.End(tom)
		ended := time.Now()
		after(5)
		if took := w.catalogue.ends(tom, ended); took == 0 || took > 4*poll {
			t.Errorf("it ended %s after its push", took)
		}
	})
}

// More rooms are dead than the budget allows to ask for in a poll.
func TestRoomsAreAskedForInTurn(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		const rooms = 3000
		w.budget = 20 // 1,140 in a poll
		for i := range rooms {
			w.catalogue.live(name(i))
		}
		defer w.copy(w.catalogue)()
		for n := range 9 {
			before := w.states()
			after(1)
			wait(time.Second)
			if asked := w.states() - before; asked > 1200 {
				t.Fatalf("%d calls in poll %d, the budget is 1,200", asked, n)
			}
		}
		left := 0
		for i := range rooms {
			if w.catalogue.isLive(name(i)) {
				left++
			}
		}
		if left != 0 {
			t.Errorf("after nine polls, three turns, %d of %d dead rooms are listed", left, rooms)
		}
	})
}

func TestAHiddenSessionThatIsPushedIsListedAtTheSecondPoll(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.catalogue.hide(tom)
		w.pushed.Push(tom, time.Now())
		w.pushed.Push("8888_stranger", time.Now())
		defer w.copy(w.catalogue)()
		after(1)
		if w.catalogue.isLive(tom) {
			t.Error("one list has listed it, and it may be a minute old")
		}
		after(1)
		if !w.catalogue.isLive(tom) {
			t.Error("it stays hidden")
		}
		if got := w.recorded.Values(t)["xzb.platform.listed"]; got != 1 {
			t.Errorf("%d sessions are counted as listed", got)
		}
	})
}

func TestWhileTheStreamServiceIsDownNothingIsLost(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.catalogue.live(tom)
		defer w.copy(w.catalogue)()
		after(1)
		w.catalogue.goDown(true)
		after(30)
		w.catalogue.goDown(false)
		after(4)
		if w.catalogue.isLive(tom) {
			t.Error("a dead room stays listed")
		}
	})
}

// polls is how often it has polled.
func (c *counted) polls() int { return int(c.asked.Load()) }

// counted counts the polls of one copy, and can cut it off.
type counted struct {
	*catalogue
	asked atomic.Int64
	cut   atomic.Bool
}

func (c *counted) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	c.asked.Add(1)
	return c.catalogue.Pages(ctx, queries)
}

func (c *counted) Lease(ctx context.Context, r streams.LeaseRequest) (streams.LeaseState, error) {
	if c.cut.Load() {
		return streams.LeaseState{}, errDown
	}
	return c.catalogue.Lease(ctx, r)
}

func TestOneCopyPollsAndAnotherTakesOverWithinSeconds(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		one, two := &counted{catalogue: w.catalogue}, &counted{catalogue: w.catalogue}
		stopOne := w.copy(one)
		after(1)
		defer w.copy(two)()
		after(3)
		if one.polls() != 4 || two.polls() != 0 {
			t.Errorf("the copies have polled %d and %d times", one.polls(), two.polls())
		}
		one.cut.Store(true) // it hangs, or is killed: nobody gives the duty back
		wait(13 * time.Second)
		if one.polls() > 5 || two.polls() == 0 {
			t.Errorf("after 13 seconds the copies have polled %d and %d times", one.polls(), two.polls())
		}
		polls := one.polls()
		after(3)
		if one.polls() != polls {
			t.Error("a copy polls that has lost the duty")
		}
		stopOne()
	})
}

func TestACopyThatStopsGivesTheDutyBack(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		one, two := &counted{catalogue: w.catalogue}, &counted{catalogue: w.catalogue}
		stop := w.copy(one)
		wait(time.Second)
		defer w.copy(two)()
		wait(time.Second)
		stop()
		wait(4 * time.Second)
		if two.polls() != 1 {
			t.Errorf("the other has polled %d times", two.polls())
		}
	})
}

func TestACopySaysWhenItHasPolledLast(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		start := time.Now().Unix()
		defer w.copy(w.catalogue)()
		after(3)
		w.faults(func(string) platformtest.Fault { return platformtest.Busy })
		after(4)
		values := w.recorded.Values(t)
		if latest := int64(values["xzb.platform.poll.latest"]) - start; latest != 120 || values["xzb.platform.poll.interval"] != 60 {
			t.Errorf("the last whole poll was after %d seconds", latest)
		}
		if values["xzb.platform.polls xzb.platform.poll=failed"] < 3 {
			t.Errorf("counted %v", values)
		}
	})
}
