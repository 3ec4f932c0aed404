package gateway

import (
	"context"
	"crypto/tls"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/events"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

// addEvents adds the events of operators, and the listener of GET /events, if there is one.
// The listener shares certificate, origins, trusted proxies and proof with the Actions.
// Nothing is read while nobody reads events. Operators have a way of their own, so the hub runs even
// where clients have none.
func addEvents(
	process *lifecycle.Process, operators Operators, own Config, actions *action.Actions, gate *auth.Gate, secure *tls.Config, scope telemetry.Scope,
) error {
	server, err := events.New(own.Events, events.Options{
		Actions: actions, Changes: actions.Stream, Gate: gate, TLS: secure,
		Proxies: own.TrustedProxies, Origins: own.CORSOrigins,
	}, scope)
	if err != nil {
		return err
	}
	process.Add(lifecycle.Part{Name: "events log", Run: server.Hub().Run})
	operators.AddAdmin("GET /api/events", server.Private())
	if own.Events.Listen == "" {
		return nil
	}
	process.Add(lifecycle.Part{
		Name:  "events",
		Start: server.Listen,
		Run:   func(context.Context) error { return server.Serve() },
		Stop:  server.Shutdown,
	})
	return nil
}

// checkEventsTLS returns an error if the certificate, which listen_https does not need then,
// cannot be used.
func (c *Config) checkEventsTLS() error {
	if c.Events.Listen == "" || c.ListenHTTPS != "" || c.TLSCertFile == "" && c.TLSKeyFile == "" {
		return nil
	}
	if _, err := tls.LoadX509KeyPair(c.TLSCertFile, c.TLSKeyFile); err != nil {
		return config.Errorf("tls_cert_file: with tls_key_file, for listen_events: %v", err)
	}
	return nil
}
