package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/lifecycle"
)

var errBroken = errors.New("broken")

// diary records what happens to parts.
type diary struct {
	mu      sync.Mutex
	entries []string
}

func (d *diary) note(entry string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries = append(d.entries, entry)
}

func (d *diary) mustRead(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.entries, want) {
		t.Errorf("got  %q\nwant %q", d.entries, want)
	}
}

// part is one that does its work and notes it.
func (d *diary) part(name string) lifecycle.Part {
	return lifecycle.Part{
		Name:  name,
		Start: func(context.Context) error { d.note("start " + name); return nil },
		Run:   func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		Stop:  func(context.Context) error { d.note("stop " + name); return nil },
	}
}

func newProcess(opts lifecycle.Options, parts ...lifecycle.Part) *lifecycle.Process {
	process := lifecycle.New(opts, slog.New(slog.DiscardHandler))
	for _, part := range parts {
		process.Add(part)
	}
	return process
}

// begin runs the process and returns what Run will have returned.
func begin(ctx context.Context, process *lifecycle.Process) (result <-chan error) {
	ended := make(chan error, 1)
	go func() { ended <- process.Run(ctx) }()
	return ended
}

func mustSay(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
}

func TestPartsStartInOrderAndStopInReverse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		ctx, cancel := context.WithCancel(t.Context())
		ended := begin(ctx, newProcess(lifecycle.Options{}, d.part("store"), lifecycle.Part{Name: "idle"}, d.part("http")))
		synctest.Wait()
		d.mustRead(t, "start store", "start http")
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		d.mustRead(t, "start store", "start http", "stop http", "stop store")
	})
}

func TestAProcessIsReadyFromItsStartToTheSignalAndServesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		slow := d.part("slow")
		slow.Start = func(context.Context) error { <-time.After(time.Second); return nil }
		process := newProcess(lifecycle.Options{ShutdownDelay: 5 * time.Second}, slow)
		ctx, cancel := context.WithCancel(t.Context())
		ended := begin(ctx, process)

		synctest.Wait()
		mustSay(t, process.Health().Ready(ctx), "starting")
		<-time.After(time.Second)
		synctest.Wait()
		if err := process.Health().Ready(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		<-time.After(5*time.Second - 1)
		synctest.Wait()
		mustSay(t, process.Health().Ready(t.Context()), "draining")
		d.mustRead(t)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		mustSay(t, process.Health().Ready(t.Context()), "draining")
		d.mustRead(t, "stop slow")
	})
}

func TestAFailedStartStopsWhatHasStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		bad := d.part("bad")
		bad.Start = func(context.Context) error { return errBroken }
		begun := time.Now()
		err := newProcess(lifecycle.Options{ShutdownDelay: time.Minute},
			d.part("store"), d.part("room"), bad, d.part("http")).Run(t.Context())
		mustSay(t, err, "start bad: broken")
		if !errors.Is(err, errBroken) || time.Since(begun) != 0 {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		d.mustRead(t, "start store", "start room", "stop room", "stop store")
	})
}

// One without a Start took what it holds before it was added.
func TestWhatHoldsSomethingIsStoppedEvenIfTheProcessNeverCameToIt(t *testing.T) {
	for name, end := range map[string]func(*lifecycle.Process) error{
		"a start fails":     func(p *lifecycle.Process) error { return p.Run(t.Context()) },
		"it is never begun": func(p *lifecycle.Process) error { return p.Abandon(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			var d diary
			broken, store, sweeper := d.part("broken"), d.part("store"), d.part("sweeper")
			broken.Start = func(context.Context) error { return errBroken }
			store.Start, sweeper.Start = nil, nil
			sweeper.Run = func(context.Context) error { d.note("run sweeper"); return nil }
			if err := end(newProcess(lifecycle.Options{}, broken, store, sweeper, d.part("http"))); err != nil && !errors.Is(err, errBroken) {
				t.Error(err)
			}
			d.mustRead(t, "stop sweeper", "stop store")
		})
	}
}

func TestARunThatReturnsEndsTheProcess(t *testing.T) {
	for want, result := range map[string]error{
		"run bad: broken":                         errBroken,
		"run bad: returned before it was stopped": nil,
		"run bad: context canceled":               context.Canceled,
	} {
		synctest.Test(t, func(t *testing.T) {
			var d diary
			bad := d.part("bad")
			bad.Run = func(context.Context) error { <-time.After(time.Hour); return result }
			err := newProcess(lifecycle.Options{}, d.part("store"), bad, d.part("http")).Run(t.Context())
			mustSay(t, err, want)
			d.mustRead(t, "start store", "start bad", "start http", "stop http", "stop bad", "stop store")
		})
	}
}

func TestTheEndOfARunInterruptsTheStartOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		bad, slow := d.part("bad"), d.part("slow")
		bad.Run = func(context.Context) error { return errBroken }
		slow.Start = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		err := newProcess(lifecycle.Options{}, bad, slow, d.part("http")).Run(t.Context())
		mustSay(t, err, "run bad: broken")
		d.mustRead(t, "start bad", "stop bad")
	})
}

func TestToBeAskedToEndWhileStartingIsNoFailure(t *testing.T) {
	starts := map[string]func(ctx context.Context) error{
		"finishes": func(context.Context) error { <-time.After(time.Second); return nil },
		"gives up": func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("listen: %w", ctx.Err()) },
	}
	for name, start := range starts {
		synctest.Test(t, func(t *testing.T) {
			var d diary
			slow := lifecycle.Part{Name: "slow", Start: start}
			process := newProcess(lifecycle.Options{ShutdownDelay: time.Minute}, d.part("store"), slow, d.part("http"))
			ctx, cancel := context.WithCancel(t.Context())
			begun := time.Now()
			ended := begin(ctx, process)
			synctest.Wait()
			cancel()
			if err := <-ended; err != nil || time.Since(begun) > time.Second {
				t.Errorf("%s: %v after %v", name, err, time.Since(begun))
			}
			d.mustRead(t, "start store", "stop store")
		})
	}
}

func TestARunIsLeftInPeaceUntilItsStopHasReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		part := lifecycle.Part{Name: "http"}
		part.Run = func(ctx context.Context) error { <-ctx.Done(); d.note("context ended"); return nil }
		part.Stop = func(context.Context) error { <-time.After(time.Second); d.note("drained"); return nil }
		ctx, cancel := context.WithCancel(t.Context())
		ended := begin(ctx, newProcess(lifecycle.Options{ShutdownDelay: time.Second}, part))
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		d.mustRead(t, "drained", "context ended")
	})
}

func TestWhatARunReturnsAfterItsStopIsToldUnlessOrdered(t *testing.T) {
	for result, failed := range map[error]bool{http.ErrServerClosed: false, context.Canceled: false, errBroken: true} {
		synctest.Test(t, func(t *testing.T) {
			part := lifecycle.Part{Name: "http", Run: func(ctx context.Context) error { <-ctx.Done(); return result }}
			ctx, cancel := context.WithCancel(t.Context())
			ended := begin(ctx, newProcess(lifecycle.Options{}, part))
			synctest.Wait()
			cancel()
			if err := <-ended; errors.Is(err, errBroken) != failed || (err != nil) != failed {
				t.Errorf("%v became %v", result, err)
			}
		})
	}
}

func TestTheDrainTimeoutBoundsTheStopOfAllParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		slow := d.part("slow")
		slow.Stop = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		deaf := d.part("deaf")
		release := make(chan struct{})
		deaf.Run = func(context.Context) error { <-release; return nil }
		ctx, cancel := context.WithCancel(t.Context())
		ended := begin(ctx, newProcess(lifecycle.Options{DrainTimeout: 10 * time.Second}, d.part("store"), deaf, slow))
		synctest.Wait()
		cancel()
		begun := time.Now()
		mustSay(t, <-ended, "stop slow: context deadline exceeded", "stop deaf: gave up waiting")
		if took := time.Since(begun); took != 12*time.Second {
			t.Errorf("took %v", took)
		}
		d.mustRead(t, "start store", "start deaf", "start slow", "stop deaf", "stop store")
		close(release)
	})
}

func TestTheDrainTimeoutHasADefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := lifecycle.Part{Name: "slow", Stop: func(ctx context.Context) error { <-ctx.Done(); return nil }}
		ctx, cancel := context.WithCancel(t.Context())
		ended := begin(ctx, newProcess(lifecycle.Options{}, slow))
		synctest.Wait()
		cancel()
		begun := time.Now()
		if err := <-ended; err != nil || time.Since(begun) != 20*time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

func TestARunThatFailsWhileDrainingIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := lifecycle.Part{Name: "bad", Run: func(context.Context) error { <-time.After(2 * time.Second); return errBroken }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := newProcess(lifecycle.Options{ShutdownDelay: time.Minute}, bad).Run(ctx)
		mustSay(t, err, "run bad: broken")
	})
}
