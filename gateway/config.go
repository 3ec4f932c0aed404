package gateway

import (
	"errors"
	"flag"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/events"
	"xiaozhibo.dev/gateway/fairuse"
	"xiaozhibo.dev/gateway/presence"
	"xiaozhibo.dev/gateway/reconcile"
	"xiaozhibo.dev/gateway/vod"
	"xiaozhibo.dev/gateway/webhook"
)

// Config configures the gateway. Each part of it registers its own keys and checks them, so a key stands beside what
// uses it. What two parts share is checked here.
type Config struct {
	edge.Config // also certificate, trusted proxies and origins, which other listeners use too
	Auth        auth.Config
	FairUse     fairuse.Config
	Events      events.Config
	Webhook     webhook.Config
	IM          presence.Config
	VOD         vod.Config
	Reconcile   reconcile.Config
	Admin       auth.AdminConfig
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
