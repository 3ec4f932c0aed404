package lifecycle

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"
)

// Every returns a Run for a Part that calls work at each interval, first after
// one interval and never twice at once: while work takes longer than interval,
// calls are left out. It returns nil when its context has ended and work, whose
// context is the same, has returned. A panic of work is logged, and the next
// call is made all the same. The interval must be more than 0.
func Every(interval time.Duration, log *slog.Logger, work func(ctx context.Context)) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for ctx.Err() == nil { // select does not prefer one over the other
			select {
			case <-ctx.Done():
			case <-ticker.C:
				protect(ctx, log, work)
			}
		}
		return nil
	}
}

// protect does work once, and lets a panic end nothing but that.
func protect(ctx context.Context, log *slog.Logger, work func(ctx context.Context)) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("panic in periodic work", "err", p, "stack", string(debug.Stack()))
		}
	}()
	work(ctx)
}
