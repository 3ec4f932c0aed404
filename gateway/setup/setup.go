// Package setup makes the gateway a program: it reads where the services are, and calls them
// there. Upstreams has the addresses and the credentials of the four; deploy/standalone, where
// all are in one process, has no use for it.
package setup

import (
	"errors"
	"flag"

	"xiaozhibo.dev/gateway"
	"xiaozhibo.dev/libs/program"
)

// Config is what the gateway needs.
type Config struct {
	Gateway   gateway.Config
	Upstreams Upstreams

	bizID, pushDomain string // whose streams the live platform is asked for
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.Gateway.RegisterFlags(fs)
	c.Upstreams.RegisterFlags(fs)
	fs.StringVar(&c.bizID, "bizid", "", "bizid of the live platform, such as 8888; without it nothing can be pushed")
	fs.StringVar(&c.pushDomain, "push-domain", "", "domain to push to (default {bizid}.livepush.myqcloud.com)")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	c.Gateway.Reconcile.Platform.Domain = c.pushDomain
	if c.pushDomain == "" && c.bizID != "" {
		c.Gateway.Reconcile.Platform.Domain = c.bizID + ".livepush.myqcloud.com"
	}
	return errors.Join(c.Gateway.Check(), c.Upstreams.Check())
}

// Program is the gateway in a process of its own.
func Program() program.Program {
	var config Config
	return program.Program{Name: "gateway", Config: &config, Add: func(runtime *program.Runtime) error {
		services, err := config.Upstreams.add(runtime)
		if err != nil {
			return err
		}
		return gateway.Add(runtime.Process, runtime, config.Gateway, services, runtime.Scope("gateway"))
	}}
}
