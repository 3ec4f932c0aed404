package reconcile

import (
	"errors"
	"flag"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/platform/setup"
)

// Config says which platform is asked, and how often.
type Config struct {
	Platform setup.Config
	Poll     time.Duration // from one poll to the next
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.Platform.RegisterFlags(fs)
	fs.DurationVar(&c.Poll, "platform-poll", time.Minute, "the platform is asked at this interval; a room ends when three polls in a row found nobody pushing it")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	errs := []error{c.Platform.Check()}
	switch {
	case !c.Platform.On():
	case c.Platform.Kind == setup.Tencent && c.Poll < time.Minute:
		errs = append(errs, config.Errorf("platform_poll: %s is too often for tencent, which wants a minute between two lists at least", c.Poll))
	case c.Poll < time.Second:
		errs = append(errs, config.Errorf("platform_poll: %s is less than a second", c.Poll))
	}
	return errors.Join(errs...)
}
