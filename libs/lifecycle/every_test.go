package lifecycle_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/lifecycle"
)

func TestPeriodicWorkIsDoneAtEachInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute+1)
		defer cancel()
		begun := time.Now()
		var calls []time.Duration
		work := func(context.Context) { calls = append(calls, time.Since(begun)) }
		if err := lifecycle.Every(time.Minute, slog.New(slog.DiscardHandler), work)(ctx); err != nil {
			t.Error(err)
		}
		if len(calls) != 3 || calls[0] != time.Minute || calls[2] != 3*time.Minute {
			t.Errorf("called after %v", calls)
		}
	})
}

func TestTheEndWaitsForTheRunningCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		finished := 0
		work := func(ctx context.Context) {
			<-ctx.Done()
			<-time.After(time.Hour)
			finished++
		}
		if err := lifecycle.Every(time.Minute, slog.New(slog.DiscardHandler), work)(ctx); err != nil || finished != 1 {
			t.Errorf("returned %v after %d calls", err, finished)
		}
	})
}

func TestAPanicOfPeriodicWorkIsLoggedAndTheNextCallMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute+1)
		defer cancel()
		var logged bytes.Buffer
		work := func(context.Context) { panic("no such row") }
		if err := lifecycle.Every(time.Minute, slog.New(slog.NewTextHandler(&logged, nil)), work)(ctx); err != nil {
			t.Error(err)
		}
		if got := strings.Count(logged.String(), "no such row"); got != 2 {
			t.Errorf("logged %d times: %s", got, logged.String())
		}
	})
}
