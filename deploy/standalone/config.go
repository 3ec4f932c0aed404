package main

import (
	"errors"
	"flag"
	"fmt"
	"path/filepath"

	"xiaozhibo.dev/gateway"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/store"
	"xiaozhibo.dev/services/media"
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
	Media   media.Config // its keys are those of Signing
	Hints   bool         // print what to try first

	flags      *flag.FlagSet // with all keys of the program
	demoSecret string        // "": it is no demo
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.flags = fs
	c.Gateway.RegisterFlags(fs)
	c.Store.RegisterFlags(fs)
	c.Stream.RegisterFlags(fs)
	c.Room.RegisterFlags(fs)
	c.Signing.RegisterFlags(fs)
	c.Media.RegisterFlags(fs)
	fs.BoolVar(&c.Hints, "hints", false, "print the address and two requests to try")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	c.completeMedia()
	c.Gateway.Reconcile.Platform.Domain = c.Signing.Domain()
	return errors.Join(c.Gateway.Check(), c.Store.Check(), c.Stream.Check(), c.Room.Check(), c.Signing.Check(), c.Media.Check(), c.checkList())
}

// checkList refuses what no room could ever be listed with.
func (c *Config) checkList() error {
	if c.Stream.ListRequiresPush && !c.Signing.HearsEvents() {
		return config.Errorf("list_requires_push: nothing would ever be listed, because no event is believed: set callback_key to the live platform's key, or callback_unsigned to true")
	}
	return nil
}

// forgetsWebhooks says what is wrong where the log of changes forgets what a webhook is still
// tried for; "" if nothing is.
func (c *Config) forgetsWebhooks() string {
	switch own := c.Gateway.Webhook; {
	case !own.On() || c.Stream.ChangesTTL > own.RetryFor:
		return ""
	case c.Stream.ChangesTTL == 0:
		return fmt.Sprintf("changes_ttl: not set, so the log keeps the newest %d changes alone, and webhooks that wait longer are lost: set it to more than webhook_retry_for, which is %s",
			c.Stream.MaxChanges, own.RetryFor)
	default:
		return fmt.Sprintf("changes_ttl: %s is not more than webhook_retry_for, which is %s: webhooks that wait longer are lost", c.Stream.ChangesTTL, own.RetryFor)
	}
}

// completeMedia tells the media server what the other parts know already.
func (c *Config) completeMedia() {
	m := &c.Media
	m.Keys = media.Keys{Push: c.Signing.PushKey, Play: c.Signing.PlayKey, Callback: c.Signing.CallbackKey}
	if m.Dir == "" {
		m.Dir = filepath.Join(c.Store.DataDir, "media")
	}
	if m.CallbackURL == "" && c.Gateway.ListenHTTP != "" {
		m.CallbackURL = "http://" + reachable(c.Gateway.ListenHTTP) + "/callback"
	}
	if m.URL == "" && c.Signing.PlayDomain != "" {
		m.URL = "http://" + c.Signing.PlayDomain
	}
}
