// Package gateway answers the clients and the live platform out of four
// services.
package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"net/netip"
	"time"

	"golang.org/x/sync/errgroup"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/admin"
	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/events"
	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/gateway/presence"
	"xiaozhibo.dev/gateway/quota"
	"xiaozhibo.dev/gateway/reconcile"
	"xiaozhibo.dev/gateway/survey"
	"xiaozhibo.dev/gateway/vod"
	"xiaozhibo.dev/gateway/webhook"
	"xiaozhibo.dev/libs/certs"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/telemetry"
)

// Config configures the gateway.
type Config struct {
	edge.Config
	Auth      auth.Config
	FairUse   fairuse.Config
	Events    events.Config
	Webhook   webhook.Config
	IM        presence.Config
	VOD       vod.Config
	Reconcile reconcile.Config
	Admin     auth.AdminConfig
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.Config.RegisterFlags(fs)
	c.Auth.RegisterFlags(fs)
	c.FairUse.RegisterFlags(fs)
	c.Events.RegisterFlags(fs)
	c.Webhook.RegisterFlags(fs)
	c.IM.RegisterFlags(fs)
	c.VOD.RegisterFlags(fs)
	c.Reconcile.RegisterFlags(fs)
	c.Admin.RegisterFlags(fs)
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	return errors.Join(c.Config.Check(), c.Auth.Check(len(c.TrustedProxies) > 0), c.FairUse.Check(), c.IM.Check(), c.VOD.Check(),
		c.Events.Check(), c.checkEventsTLS(), c.Webhook.Check(), c.Reconcile.Check(), c.Admin.Check(&c.Auth))
}

// Services are the contracts behind the gateway.
type Services = action.Services

// maxAddresses is for how many addresses new anchors are counted at once.
const maxAddresses = 100_000

// Add adds the gateway to a process, in front of services that are parts
// already.
func Add(process *lifecycle.Process, operators Operators, config Config, services Services, scope telemetry.Scope) error {
	var tlsConfig *tls.Config
	if config.ListenHTTPS != "" || config.Events.Listen != "" && config.TLSCertFile != "" {
		reloader, err := certs.New(config.TLSCertFile, config.TLSKeyFile, scope.Log)
		if err != nil {
			return err
		}
		tlsConfig = reloader.TLSConfig()
	}
	actions, err := action.New(services, scope)
	if err != nil {
		return err
	}
	process.Add(lifecycle.Part{Name: "actions", Stop: func(context.Context) error { actions.Close(); return nil }})
	actions.NewAnchors = quota.New[netip.Prefix](quota.Limits{Max: config.MaxNewAnchorsPerAddress, Window: time.Hour, Keys: maxAddresses}, time.Now)
	if actions.FairUse, err = fairuse.New(config.FairUse, time.Now, scope); err != nil {
		return err
	}
	gate, err := auth.New(config.Auth, time.Now, scope)
	if err != nil {
		return err
	}
	if gate != nil {
		actions.Ask(gate)
		process.Add(lifecycle.Part{Name: "auth", Run: gate.Run})
	}
	front, err := edge.New(config.Config, actions, event.New(services.Stream, services.Signing, scope.Log), process.Health(), scope)
	if err != nil {
		return err
	}

	front.Presence = presence.New(config.IM, services.Stream, services.Room, time.Now, scope.Log)
	actions.Presence = config.IM.On()
	if front.VOD, err = vod.New(config.VOD, services.Stream, scope.Log); err != nil {
		return err
	}
	counted, err := survey.New(services.Stream, services.Room, scope)
	if err != nil {
		return err
	}
	process.Add(lifecycle.Part{Name: "survey", Run: counted.Run})
	var options admin.Options
	if options.Platform, err = reconcile.Add(process, config.Reconcile, services.Stream, scope); err != nil {
		return err
	}
	if options.Webhooks, err = addWebhooks(process, config, services, scope); err != nil {
		return err
	}
	if err := addAdmin(process, operators, config, actions, options, scope); err != nil {
		return err
	}

	var listeners []edge.Listener
	process.Add(lifecycle.Part{
		Name: "gateway",
		Start: func(ctx context.Context) (err error) {
			listeners, err = front.Listen(ctx, tlsConfig)
			return err
		},
		Run: func(context.Context) error {
			var group errgroup.Group
			for _, listener := range listeners {
				group.Go(func() error {
					err := front.Serve(listener)
					if err != nil {
						closeAll(listeners) // one alone is not what was configured
					}
					return err
				})
			}
			return group.Wait()
		},
		Stop: func(ctx context.Context) error {
			err := front.Shutdown(ctx)
			closeAll(listeners) // one not yet served is unknown to Shutdown
			return err
		},
	})
	return addEvents(process, operators, config, actions, gate, tlsConfig, scope)
}

func closeAll(listeners []edge.Listener) {
	for _, listener := range listeners {
		_ = listener.Close() // it may be closed already
	}
}
