package webhook

import (
	"errors"
	"flag"
	"net/url"
	"time"

	"xiaozhibo.dev/libs/config"
)

// Config says who is told, and for how long it is tried. Nobody is by default, and it costs
// nothing then.
type Config struct {
	URL      string // "" is off
	Secret   config.Secret
	RetryFor time.Duration // how old an event may become; positive
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.URL, "webhook-url", "", "URL that is told of sessions and recordings, with a signature by Standard Webhooks; empty for none")
	config.SecretVar(fs, &c.Secret, "webhook-secret", "what webhooks are signed with, whsec_ and base64 of 24 to 64 bytes; of two lines both sign")
	fs.DurationVar(&c.RetryFor, "webhook-retry-for", 72*time.Hour, "a webhook that is not taken is sent again for this time; changes-ttl of the stream service must be longer")
}

// On reports whether anybody is told.
func (c *Config) On() bool { return c.URL != "" }

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	if !c.On() {
		return nil
	}
	var errs []error
	target, err := url.Parse(c.URL)
	switch {
	case err != nil || target.Host == "" || target.Scheme != "https" && target.Scheme != "http":
		errs = append(errs, config.Errorf("webhook_url: must be of the form https://host/path"))
	case target.User != nil:
		errs = append(errs, config.Errorf("webhook_url: must not have a user and password: it is shown in logs"))
	}
	if _, err := readKeys(c.Secret); err != nil {
		errs = append(errs, err)
	}
	if c.RetryFor <= 0 {
		errs = append(errs, config.Errorf("webhook_retry_for: %s is not positive", c.RetryFor))
	}
	return errors.Join(errs...)
}
