package setup

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/listen"
	"xiaozhibo.dev/libs/rpc/credentials"
	"xiaozhibo.dev/services/media/control"
	"xiaozhibo.dev/services/media/live"
	"xiaozhibo.dev/services/media/rtmp"
	"xiaozhibo.dev/services/media/web"
)

// rtmpOptions are what a pusher must show, and what a push is handed to. A stream is looked for among the
// forbidden ones twice: when its pusher comes, and with its first frame, since an operator may have forbidden it
// in between.
func (s *server) rtmpOptions() rtmp.Options {
	return rtmp.Options{
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
	}
}

// addRTMP adds the listener of pushers.
func (s *server) addRTMP() error {
	server := rtmp.NewServer(s.rtmpOptions())
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

// addHTTP adds the listener of players. A player has a connection of its own, so that connections are bounded by
// the same number.
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

// addControl adds the listener of operators. It is off without an address, and refuses all without a secret.
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
