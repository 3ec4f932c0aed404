package deadline_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"xiaozhibo.dev/libs/deadline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type key struct{}

// Whether somebody has waited must not be told from what a context says.
func both(t *testing.T, test func(t *testing.T, with func(parent context.Context, at time.Time) (context.Context, context.CancelFunc))) {
	t.Helper()
	for name, with := range map[string]func(context.Context, time.Time) (context.Context, context.CancelFunc){
		"the standard one": context.WithDeadline,
		"nobody waits":     deadline.With,
		"somebody waits": func(parent context.Context, at time.Time) (context.Context, context.CancelFunc) {
			ctx, cancel := deadline.With(parent, at)
			ctx.Done()
			return ctx, cancel
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, with) })
		})
	}
}

func mustEnd(ctx context.Context, t *testing.T, want error) {
	t.Helper()
	if err := ctx.Err(); !errors.Is(err, want) {
		t.Errorf("ended with %v, want %v", err, want)
	}
	select {
	case <-ctx.Done():
	default:
		t.Error("it has ended, and who waits is not told")
	}
	if err := ctx.Err(); !errors.Is(err, want) {
		t.Errorf("then ended with %v, want %v", err, want)
	}
}

func TestItEndsAtItsTime(t *testing.T) {
	both(t, func(t *testing.T, with func(context.Context, time.Time) (context.Context, context.CancelFunc)) {
		at := time.Now().Add(time.Second)
		ctx, cancel := with(t.Context(), at)
		defer cancel()
		if got, ok := ctx.Deadline(); !ok || !got.Equal(at) {
			t.Errorf("the deadline is %v, %t", got, ok)
		}
		<-time.After(time.Second - 1)
		if err := ctx.Err(); err != nil {
			t.Errorf("ended before its time: %v", err)
		}
		<-time.After(1)
		synctest.Wait()
		cancelled := ctx.Err()
		cancel() // too late to be why
		mustEnd(ctx, t, context.DeadlineExceeded)
		if !errors.Is(cancelled, context.DeadlineExceeded) {
			t.Errorf("ended with %v", cancelled)
		}
	})
}

func TestItEndsWhenItIsCancelled(t *testing.T) {
	both(t, func(t *testing.T, with func(context.Context, time.Time) (context.Context, context.CancelFunc)) {
		ctx, cancel := with(t.Context(), time.Now().Add(time.Second))
		cancel()
		mustEnd(ctx, t, context.Canceled)
		<-time.After(time.Minute)
		cancel()
		mustEnd(ctx, t, context.Canceled)
	})
}

func TestItEndsWithItsParentAndNotLater(t *testing.T) {
	both(t, func(t *testing.T, with func(context.Context, time.Time) (context.Context, context.CancelFunc)) {
		parent, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		ctx, cancel := with(parent, time.Now().Add(time.Hour))
		defer cancel()
		want, _ := parent.Deadline()
		if got, ok := ctx.Deadline(); !ok || !got.Equal(want) {
			t.Errorf("the deadline is %v, %t, that of its parent %v", got, ok, want)
		}
		end()
		mustEnd(ctx, t, context.Canceled)
	})
}

func TestWhatIsDerivedFromItEndsWithIt(t *testing.T) {
	both(t, func(t *testing.T, with func(context.Context, time.Time) (context.Context, context.CancelFunc)) {
		parent := context.WithValue(t.Context(), key{}, "value")
		ctx, cancel := with(parent, time.Now().Add(time.Second))
		defer cancel()
		lazy, cancelLazy := deadline.With(context.WithValue(ctx, key{}, "inner"), time.Now().Add(time.Hour))
		defer cancelLazy()
		child, cancelChild := context.WithCancel(ctx)
		defer cancelChild()
		if ctx.Value(key{}) != "value" || lazy.Value(key{}) != "inner" || child.Value(key{}) != "value" {
			t.Error("a value is lost")
		}
		waiting := make(chan error, 1)
		go func() {
			<-child.Done()
			waiting <- child.Err()
		}()
		<-time.After(time.Second)
		if err := <-waiting; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a child ended with %v", err)
		}
		mustEnd(lazy, t, context.DeadlineExceeded)
	})
}

func TestNothingIsTakenUntilSomebodyWaits(t *testing.T) {
	parent := t.Context()
	at := time.Now().Add(time.Hour)
	if n := testing.AllocsPerRun(100, func() {
		ctx, cancel := deadline.With(parent, at)
		if ctx.Err() != nil {
			t.Error("it has ended")
		}
		cancel()
	}); n > 2 {
		t.Errorf("%v allocations, want the context and its end", n)
	}
}
