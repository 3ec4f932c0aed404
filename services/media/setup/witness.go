package setup

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"strconv"
	"time"

	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/live"
	"xiaozhibo.dev/services/media/rtmp"
)

// witness makes events of pushes. It is a live.Witness: what it returns without an error is on
// disk, and will be delivered.
type witness struct {
	tell    func(event events.Event) error
	metrics *metrics
	now     func() time.Time
	log     *slog.Logger
}

// Began implements live.Witness. A push of which nobody can be told does not begin.
func (w *witness) Began(push *live.Push) error {
	err := w.tell(events.Event{
		Type: events.Pushed, StreamID: push.Stream, Sequence: push.Sequence,
		EventTime: push.Began.Unix(), UserIP: host(push.Address),
	})
	if err == nil {
		w.metrics.pushes.Add(background, 1)
	}
	return err
}

// Ended implements live.Witness. A push has ended whether that is told or not; the mark of its
// begin lets the next process tell it.
func (w *witness) Ended(push *live.Push, cause error) {
	w.metrics.pushes.Add(background, -1)
	code := 2
	if errors.Is(cause, io.EOF) {
		code = 1
	}
	now := w.now()
	err := w.tell(events.Event{
		Type: events.Interrupted, StreamID: push.Stream, Sequence: push.Sequence, EventTime: now.Unix(), UserIP: host(push.Address),
		ErrCode: code, ErrMsg: rtmp.Why(cause), PushDuration: strconv.FormatInt(now.Sub(push.Began).Milliseconds(), 10),
	})
	if err != nil {
		w.log.Error("an end is not told of before the next start", "stream", push.Stream, "sequence", push.Sequence, "err", err)
	}
}

// host is an address without its port, "" for what is none.
func host(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	return host
}
