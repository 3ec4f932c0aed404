package reconcile

import (
	"context"
	"net/http"
	"time"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/platform"
	"xiaozhibo.dev/libs/platform/setup"
	"xiaozhibo.dev/libs/telemetry"
)

// Add adds the reconciler to a process, if there is a platform to be asked, and returns the
// platform, for whoever has to drop or forbid a stream: nil if there is none. Its calls count
// against the same budget.
func Add(process *lifecycle.Process, config Config, streams Streams, scope telemetry.Scope) (platform.Platform, error) {
	if !config.Platform.On() {
		return nil, nil
	}
	transport := newTransport()
	asked, err := setup.New(config.Platform, transport, time.Now, scope.Meter)
	if err != nil {
		return nil, err
	}
	reconciler, err := New(asked, streams, Rules, config.Poll, time.Now, scope)
	if err != nil {
		return nil, err
	}
	process.Add(lifecycle.Part{
		Name: "reconciler",
		Run: func(ctx context.Context) error {
			defer transport.CloseIdleConnections()
			return reconciler.Run(ctx)
		},
	})
	return asked, nil
}

// newTransport keeps as many connections to the platform as Rules ask it questions at once, so that a poll does
// not shake hands for each.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   Rules.AtOnce,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: 5 * time.Second,
	}
}
