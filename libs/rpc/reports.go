package rpc

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/ratelog"
)

// reportEvery is the time between two lines of the log on one kind of failure. A store that
// takes nothing fails all that is sent to it, and its senders must not fill the disk.
const reportEvery = time.Second

// failure is a kind of failure. Its texts are ours alone, so kinds are few.
type failure struct {
	what, method string
	code         apierr.Code
}

// reports logs each kind of failure now and then.
type reports struct {
	log   *slog.Logger
	kinds sync.Map // failure to *ratelog.Log
}

// tell logs a failure of ours. A failure that a request can bring about gets no
// line: a stranger could fill the log.
func (r *reports) tell(ctx context.Context, what, method string, err error) {
	code := apierr.CodeOf(err)
	if errors.Is(err, context.Canceled) || !code.Ours() {
		return
	}
	kind := failure{what: what, method: method, code: code}
	log, known := r.kinds.Load(kind)
	if !known {
		log, _ = r.kinds.LoadOrStore(kind, ratelog.New(r.log, reportEvery, time.Now))
	}
	log.(*ratelog.Log).Log(ctx, code.Level(), what, "method", method, "code", code, "err", err)
}
