package deadline_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/deadline"
)

func TestWhatMayEndEarlierIsNotOnlyADeadline(t *testing.T) {
	at := time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		derive func(context.Context) (context.Context, context.CancelFunc)
		want   bool
	}{
		"itself": {func(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }, true},
		"with a value": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithValue(ctx, key{}, "value"), func() {}
		}, true},
		"with a cancel": {context.WithCancel, false},
		"with an earlier end": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Minute)
		}, false},
		"when it is over": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			over, free := deadline.Only(at)
			free()
			return over, func() {}
		}, false},
		"with a lazy end": {func(ctx context.Context) (context.Context, context.CancelFunc) { return deadline.With(ctx, at) }, false},
		"without its end": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithoutCancel(ctx), func() {}
		}, false},
		"with another in place": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		}, false},
		"with a cancel in place": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithCancel(context.WithoutCancel(ctx))
		}, false},
	} {
		ctx, free := deadline.Only(at)
		derived, cancel := c.derive(ctx)
		if got := deadline.IsOnly(derived); got != c.want {
			t.Errorf("%s: it is %t", name, got)
		}
		cancel()
		free()
	}
	if deadline.IsOnly(t.Context()) {
		t.Error("a context of another kind is one")
	}
}

func TestOnlyADeadlineEndsAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, free := deadline.Only(time.Now().Add(time.Second))
		defer free()
		began := time.Now()
		<-ctx.Done()
		if took := time.Since(began); took != time.Second || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Errorf("it ended after %v with %v", took, ctx.Err())
		}
	})
}
