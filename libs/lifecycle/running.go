package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// grace is what a part whose time is up gets to notice it.
const grace = 2 * time.Second

// running is a part that has been started.
type running struct {
	part     Part
	stopping atomic.Bool
	cancel   context.CancelFunc // ends Run's context

	done chan struct{} // closed when Run has returned and err is set
	err  error
}

// run begins the part's own work. Whenever that returns before the part is
// stopped, end is called.
func run(ctx context.Context, part Part, end context.CancelCauseFunc) *running {
	ctx, cancel := context.WithCancel(ctx)
	r := &running{part: part, cancel: cancel, done: make(chan struct{})}
	if part.Run == nil {
		close(r.done)
		return r
	}
	go func() {
		defer close(r.done)
		err := part.Run(ctx)
		switch early := !r.stopping.Load(); {
		case early && err == nil:
			r.err = fmt.Errorf("run %s: returned before it was stopped", part.Name)
		case early, err != nil && !ordered(err):
			r.err = fmt.Errorf("run %s: %w", part.Name, err)
		}
		end(fmt.Errorf("%s has ended", part.Name)) // without effect if the end has begun
	}()
	return r
}

// ordered tells whether err is how work ends that was asked to end.
func ordered(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, http.ErrServerClosed)
}

// stop returns when the part has stopped, or when ctx has ended and the part
// did not notice.
func (r *running) stop(ctx context.Context) error {
	stopped := make(chan error, 1)
	go func() { stopped <- r.finish(ctx) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-stopped:
		return err
	case <-time.After(grace):
		return fmt.Errorf("stop %s: gave up waiting: %w", r.part.Name, ctx.Err())
	}
}

// finish stops the part and waits until its Run has returned. The error is that of either.
func (r *running) finish(ctx context.Context) error {
	r.stopping.Store(true)
	var err error
	if r.part.Stop != nil {
		if err = r.part.Stop(ctx); err != nil {
			err = fmt.Errorf("stop %s: %w", r.part.Name, err)
		}
	}
	r.cancel()
	<-r.done
	return errors.Join(r.err, err)
}
