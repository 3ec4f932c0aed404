package rpc_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
)

// left is a method that returns how long it may take.
func left(ctx context.Context, _ note) (time.Duration, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0, fmt.Errorf("no deadline")
	}
	return time.Until(deadline), nil
}

func TestTheDeadlineTravels(t *testing.T) {
	client := rpctest.Serve(t, rpc.Handle("notes.Echo", left))
	for _, timeout := range []time.Duration{10 * time.Second, 20 * time.Second} {
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		got, err := rpc.Call[time.Duration](ctx, client, "notes.Echo", note{})
		cancel()
		if err != nil || got > timeout || got < timeout-9*time.Second {
			t.Errorf("of %v the method has %v, %v", timeout, got, err)
		}
	}
}

func TestAMethodNeverHasMoreThanThirtySeconds(t *testing.T) {
	for _, timeout := range []string{"", "0", "-1", "soon", "1.5", "30001", "9223372036854775807", "9223372036854775808"} {
		_, reply := post(t, quiet, rpc.Handle("notes.Echo", left), "{}", timeout)
		var got time.Duration
		if _, err := fmt.Sscan(reply, (*int64)(&got)); err != nil || got > 30*time.Second || got < 21*time.Second {
			t.Errorf("%q: the method has %v, %v", timeout, got, err)
		}
	}
}

func TestTheServerEnforcesTheDeadline(t *testing.T) {
	method := rpc.Handle("notes.Echo", func(ctx context.Context, _ note) (note, error) {
		<-ctx.Done()
		return note{}, fmt.Errorf("read: %w", ctx.Err())
	})
	status, reply := post(t, quiet, method, "{}", "1")
	if want := `{"code":"unavailable","message":"no answer in time"}`; status != http.StatusServiceUnavailable || reply != want {
		t.Errorf("%d %s, want %s", status, reply, want)
	}
}

func TestACallEndsAtItsDeadlineWhateverTheServerDoes(t *testing.T) {
	stuck := make(chan struct{})
	client := rpctest.Serve(t, rpc.Handle("notes.Echo", func(_ context.Context, n note) (note, error) {
		<-stuck
		return n, nil
	}))
	defer close(stuck)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := rpc.Call[note](ctx, client, "notes.Echo", note{})
	if apierr.CodeOf(err) != apierr.Unavailable || ctx.Err() == nil {
		t.Errorf("error %v, want %s at the deadline", err, apierr.Unavailable)
	}
}
