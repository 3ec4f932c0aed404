package rtmp

import (
	"context"
	"io"

	"golang.org/x/time/rate"
)

// paced reads no faster than a pusher may send: what comes faster waits in the network,
// and the pusher with it.
type paced struct {
	from  io.Reader
	ctx   context.Context
	limit *rate.Limiter
	count func(n int)
}

// Read hands on what it has read only after the wait, so the library cannot ask for more meanwhile.
func (r *paced) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.count(n)
	if n > 0 && err == nil {
		err = r.limit.WaitN(r.ctx, min(n, r.limit.Burst()))
	}
	return n, err
}
