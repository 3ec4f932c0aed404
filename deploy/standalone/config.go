package main

import (
	"errors"
	"flag"

	"xiaozhibo.dev/gateway"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/store"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/stream"
)

// Config is everything there is to configure.
type Config struct {
	Gateway gateway.Config
	Store   store.Config
	Stream  stream.Config
	Room    room.Config
	Signing signing.Config
	Hints   bool // print what to try first
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.Gateway.RegisterFlags(fs)
	c.Store.RegisterFlags(fs)
	c.Stream.RegisterFlags(fs)
	c.Room.RegisterFlags(fs)
	c.Signing.RegisterFlags(fs)
	fs.BoolVar(&c.Hints, "hints", false, "print the address and two requests to try")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	c.Gateway.Reconcile.Platform.Domain = c.Signing.Domain()
	return errors.Join(c.Gateway.Check(), c.Store.Check(), c.Stream.Check(), c.Room.Check(), c.Signing.Check(), c.checkList())
}

// checkList refuses what no room could ever be listed with.
func (c *Config) checkList() error {
	if c.Stream.ListRequiresPush && !c.Signing.HearsEvents() {
		return config.Errorf("list_requires_push: nothing would ever be listed, because no event is believed: set callback_key to the live platform's key, or callback_unsigned to true")
	}
	return nil
}
