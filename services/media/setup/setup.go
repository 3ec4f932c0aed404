// Package setup puts the media server together, in a process of its own or in one that it
// shares.
package setup

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/rpc/credentials"
	"xiaozhibo.dev/services/media"
	"xiaozhibo.dev/services/media/access"
	"xiaozhibo.dev/services/media/control"
	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/hls"
	"xiaozhibo.dev/services/media/live"
	"xiaozhibo.dev/services/media/record"
	"xiaozhibo.dev/services/media/rtmp"
	"xiaozhibo.dev/services/media/web"
)

const (
	greeting   = 10 * time.Second // for a pusher to show its URL
	tries      = 12               // of an event, as the platform
	between    = time.Minute
	later      = time.Hour
	sweepEvery = time.Minute
	operators  = 64 // connections to the control listener

	silence      = 15 * time.Second // without a frame, after which a push ends
	maxFrame     = 4 << 20          // bytes; a key frame at 50 Mbit/s
	cacheBytes   = 8 << 20          // since the last key frame, of each stream
	queueBytes   = 4 << 20          // that a player may lag behind
	segmentBytes = 16 << 20         // of one HLS segment; each stream has eight
)

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

// addEvents opens the outbox before anything is pushed.
func (s *server) addEvents() error {
	if s.config.CallbackURL == "" {
		s.runtime.Log.Warn("nobody is told of what is pushed: there is no media_callback_url")
		s.tell = func(events.Event) error { return nil }
		return nil
	}
	key, err := access.NewKey("callback_key", s.config.Keys.Callback, s.runtime.Log)
	if err != nil {
		return err
	}
	faults, err := events.ParseFaults(s.config.Faults, s.config.FaultsSeed)
	if err != nil {
		return err
	}
	outbox, held, err := events.OpenOutbox(s.config.Dir, time.Now().Unix())
	if err != nil {
		return err
	}
	var sender *events.Sender
	s.tell = func(event events.Event) error { return sender.Add(event) }
	s.runtime.Add(lifecycle.Part{
		Name: "media events",
		Start: func(context.Context) error {
			sender = events.NewSender(outbox, held, events.Options{
				URL: s.config.CallbackURL, Key: key.Current, Tries: tries, Every: between, Later: later,
				Faults: faults, Transport: s.transport, Result: s.metrics.attempt, Log: s.runtime.Log,
			})
			return nil
		},
		Stop: func(ctx context.Context) error { return sender.Close(ctx) },
	})
	return nil
}

func (s *server) addHub() error {
	s.hub = live.NewHub(
		live.Limits{Pushes: s.config.MaxPushes, Players: s.config.MaxPlayers, CacheBytes: cacheBytes, QueueBytes: queueBytes},
		&witness{s.tell, s.metrics, time.Now, s.runtime.Log},
		live.Measure{
			Joined: func(delta int) { s.metrics.players.Add(background, int64(delta)) },
			Cut:    func() { s.metrics.cut.Add(background, 1) },
		}, time.Now)
	s.streams = hls.NewStreams(hls.Options{SegmentBytes: segmentBytes, Log: s.runtime.Log})
	return nil
}

func (s *server) addRecordings() (err error) {
	if !s.config.Record {
		return nil
	}
	s.recordings, err = record.Open(record.Options{
		Dir: filepath.Join(s.config.Dir, "recordings"), URL: s.config.URL, Slice: s.config.RecordSlice,
		TTL: s.config.RecordTTL, MaxBytes: s.config.RecordMaxBytes, Tell: s.tell, Lost: s.metrics.recordingLost, Log: s.runtime.Log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	s.runtime.Add(lifecycle.Part{
		Name: "media recordings",
		Run: func(ctx context.Context) error {
			s.recordings.Recover()
			return lifecycle.Every(sweepEvery, s.runtime.Log, func(ctx context.Context) {
				if err := s.recordings.Sweep(ctx); err != nil {
					s.runtime.Log.Error("sweep failed", "service", "media", "err", err)
				}
			})(ctx)
		},
		Start: func(context.Context) error { return nil },
		Stop:  s.recordings.Close,
	})
	return nil
}

func (s *server) addRTMP() error {
	server := rtmp.NewServer(rtmp.Options{
		Admit: func(stream, secret, expires string) error {
			return errors.Join(s.push.Verify(stream, secret, expires, time.Now()), s.forbidden.Check(stream))
		},
		Allowed: s.forbidden.Check,
		Hub:     s.hub,
		Prepare: func(push *live.Push) {
			s.streams.Add(push)
			if s.recordings != nil {
				s.recordings.Add(push)
			}
		},
		Greeting: greeting, Silence: silence, MaxMessage: maxFrame, MaxRate: s.config.MaxPushRate,
		Measure: rtmp.Measure{Refused: s.metrics.refuse, Bytes: count(s.metrics.received)},
		Log:     s.runtime.Log,
	})
	var listener net.Listener
	s.runtime.Add(lifecycle.Part{
		Name: "media rtmp",
		Start: func(ctx context.Context) (err error) {
			listener, err = s.open(ctx, "rtmp", s.config.ListenRTMP)
			return err
		},
		Run:  func(context.Context) error { return server.Serve(listener) },
		Stop: func(ctx context.Context) error { return errors.Join(listener.Close(), server.Close(ctx)) },
	})
	return nil
}

func (s *server) addHTTP() error {
	options := web.Options{
		Hub: s.hub, Playlists: s.streams, Sent: count(s.metrics.sent), Log: s.runtime.Log,
		Admit: func(stream, secret, expires string) error { return s.play.Verify(stream, secret, expires, time.Now()) },
	}
	if s.recordings != nil {
		options.Recordings = s.recordings
	}
	door := web.Door{Most: s.config.MaxPlayers, MostOfOne: s.config.MaxConnectionsPerAddress, Refused: s.metrics.refuseConnection}
	s.serve("http", s.config.ListenHTTP, door, web.Handler(options))
	return nil
}

func (s *server) addControl() error {
	if s.config.ListenControl == "" {
		return nil
	}
	secret, err := credentials.NewSecret("media_secret", s.config.Secret, s.runtime.Log)
	if err != nil {
		return err
	}
	remove := func(string) (bool, error) { return false, nil }
	if s.recordings != nil {
		remove = s.recordings.Delete
	}
	handler := control.Handler(control.Options{
		Hub: s.hub, Forbidden: s.forbidden, Delete: remove, Secret: secret, Now: time.Now, Log: s.runtime.Log,
	})
	s.serve("control", s.config.ListenControl, web.Door{Most: operators, Refused: func(listen.Limit) {}}, handler)
	return nil
}

// serve adds a listener of HTTP, unless it is off.
func (s *server) serve(name string, address config.Address, door web.Door, handler http.Handler) {
	if address == "" {
		return
	}
	var server *web.Server
	s.runtime.Add(lifecycle.Part{
		Name: "media " + name,
		Start: func(ctx context.Context) error {
			listener, err := s.open(ctx, name, address)
			if err == nil {
				server = web.New(ctx, name, listener, door, handler, s.runtime.Log)
			}
			return err
		},
		Run:  func(context.Context) error { return server.Serve() },
		Stop: func(ctx context.Context) error { return server.Shutdown(ctx) },
	})
}

// open opens the listener of that name; its address is logged.
func (s *server) open(ctx context.Context, name string, address config.Address) (net.Listener, error) {
	listener, err := s.listen(ctx, "tcp", string(address))
	if err != nil {
		return nil, config.Errorf("media_listen_%s: %w", name, err)
	}
	s.runtime.Log.Info("listening", "listener", "media "+name, "address", listener.Addr().String())
	return listener, nil
}
