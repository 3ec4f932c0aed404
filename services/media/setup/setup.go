// Package setup puts the media server together, in a process of its own or in one that it
// shares.
package setup

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/services/media"
	"xiaozhibo.dev/services/media/access"
	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/hls"
	"xiaozhibo.dev/services/media/live"
	"xiaozhibo.dev/services/media/record"
)

// What is fixed. The sizes are the memory that one stream can cost at most: its pusher is a stranger until
// its URL is verified, and its players are strangers for ever.
const (
	greeting   = 10 * time.Second // for a pusher to show its URL
	tries      = 12               // of an event, as the platform
	between    = time.Minute      // between two tries
	later      = time.Hour        // until a recording that nobody took is tried again
	sweepEvery = time.Minute      // recordings that are too old or too many
	operators  = 64               // connections to the control listener

	silence      = 15 * time.Second // without a frame, after which a push ends
	maxFrame     = 4 << 20          // bytes; a key frame at 50 Mbit/s
	cacheBytes   = 8 << 20          // since the last key frame, of each stream
	queueBytes   = 4 << 20          // that a player may lag behind
	segmentBytes = 16 << 20         // of one HLS segment; each stream has eight
)

// background is for metrics, which belong to no request.
var background = context.Background()

// server is what the parts share.
type server struct {
	config     media.Config
	runtime    *program.Runtime
	metrics    *metrics
	push, play *access.Key
	forbidden  *access.Forbidden
	hub        *live.Hub
	streams    *hls.Streams
	recordings *record.Recordings // nil: nothing is recorded
	tell       func(event events.Event) error
	network
}

// network is what the server reaches others by, and is reached by.
type network struct {
	listen    func(ctx context.Context, network, address string) (net.Listener, error)
	transport http.RoundTripper // to the gateway; nil: one of its own
}

// Add adds the media server to a process, if it is configured.
func Add(runtime *program.Runtime, config media.Config) error {
	return add(runtime, config, network{listen: new(net.ListenConfig).Listen})
}

// add takes the steps in the order in which the parts start. What a push needs is there before the listener that
// takes pushes. Parts stop in the reverse order, so the outbox takes the events of the pushes that a stop ends.
func add(runtime *program.Runtime, config media.Config, network network) error {
	if !config.On() {
		return nil
	}
	s := &server{config: config, runtime: runtime, network: network}
	for _, step := range []func() error{s.begin, s.addEvents, s.addHub, s.addRecordings, s.addRTMP, s.addHTTP, s.addControl} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// begin reads the keys and the list of forbidden streams. All that is wrong is told at once.
func (s *server) begin() (err error) {
	var errs [4]error
	s.metrics, errs[0] = newMetrics(s.runtime.Meter("media"))
	s.push, errs[1] = access.NewKey("push_key", s.config.Keys.Push, s.runtime.Log)
	s.play, errs[2] = access.NewKey("play_key", s.config.Keys.Play, s.runtime.Log)
	s.forbidden, errs[3] = access.OpenForbidden(s.config.Dir, time.Now)
	if !s.push.Asks() {
		s.runtime.Log.Warn("everybody may push to the media server: there is no push_key")
	}
	return errors.Join(errs[:]...)
}
