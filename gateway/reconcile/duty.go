package reconcile

import (
	"context"
	"log/slog"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// One copy of the gateway polls. It holds a lease for leaseTTL and renews it in a third of
// that; another that asks as often takes over when it is dead.
const (
	dutyName   = "reconcile"
	leaseTTL   = 9 * time.Second
	leaseRenew = leaseTTL / 3
)

// Run polls while this copy has the duty, until ctx ends.
func (r *Reconciler) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if r.lease(ctx, leaseTTL) {
			r.hold(ctx)
		}
		pause(ctx, leaseRenew)
	}
	return nil
}

// hold polls until the lease is lost or ctx has ended, and gives it back then: another copy
// need not wait. A lease counts from before it was asked for, and is given up a renewal early: two copies that poll at once would
// spend the number of calls that the platform allows twice.
func (r *Reconciler) hold(ctx context.Context) {
	r.log.InfoContext(ctx, "this copy polls the live platform")
	ctx, lose := context.WithCancel(ctx)
	polling := make(chan struct{})
	go func() {
		defer close(polling)
		r.polls(ctx)
	}()
	for held := r.now(); ctx.Err() == nil; pause(ctx, leaseRenew) {
		asked := r.now()
		if r.lease(ctx, leaseTTL) {
			held = asked
		} else if r.now().Sub(held) >= leaseTTL-leaseRenew {
			break // another copy may have it by the time of the next try
		}
	}
	lose()
	<-polling
	r.lease(context.WithoutCancel(ctx), 0)
}

// polls polls at the interval, until ctx ends.
func (r *Reconciler) polls(ctx context.Context) {
	ticker := time.NewTicker(r.poll)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if err := r.Poll(ctx); err != nil && ctx.Err() == nil {
			r.failed.Log(ctx, slog.LevelWarn, "the live platform could not be polled: no session ends because of that", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// lease asks for the duty, or gives it back with a ttl of 0, and reports whether this copy
// has it.
func (r *Reconciler) lease(ctx context.Context, ttl time.Duration) (held bool) {
	ctx, cancel := context.WithTimeout(ctx, leaseRenew)
	defer cancel()
	var state streams.LeaseState
	err := func() (err error) {
		defer apierr.Recover(&err)
		state, err = r.streams.Lease(ctx, streams.LeaseRequest{Name: dutyName, Holder: r.holder, TTL: ttl.Milliseconds()})
		return err
	}()
	if err != nil {
		if ctx.Err() == nil {
			r.failed.Log(ctx, slog.LevelWarn, "the stream service does not say which copy polls the live platform", "err", err)
		}
		return false
	}
	r.clock.set(state, ttl, r.now())
	return state.Held
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
