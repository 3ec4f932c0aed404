// Package setup makes the live platform that the configuration names. It is apart from package
// platform because it imports all of the implementations, which import that.
package setup

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/metric"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/platform"
	"xiaozhibo.dev/libs/platform/media"
	"xiaozhibo.dev/libs/platform/srs"
	"xiaozhibo.dev/libs/platform/tencent"
)

// The kinds.
const (
	Off     = "off"
	Tencent = "tencent"
	SRS     = "srs"
	Media   = "media"
)

// maxBudget is what the platform allows in a second of the call that it allows least.
const maxBudget = 100

// Config says which platform there is, and how it is asked.
type Config struct {
	Kind      string
	URL       string // "": Tencent's
	SecretID  config.Secret
	SecretKey config.Secret
	Region    string
	App       string
	Budget    int // calls in a second

	Domain string // that is pushed to: host, or host:port. It is set by the program
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.Kind, "platform", Off, "live platform that is asked which streams are online: off; tencent, for Tencent Cloud; srs, for an SRS server; or media, for the media program of this project")
	fs.StringVar(&c.URL, "platform-url", "", "URL of the platform's interface, such as http://srs:1985; empty for that of Tencent Cloud")
	config.SecretVar(fs, &c.SecretID, "platform-secret-id", "id of the key that questions to the platform are signed with; for srs the name of its HTTP API, if it asks for one")
	config.SecretVar(fs, &c.SecretKey, "platform-secret-key", "key that questions to the platform are signed with; for srs the password of its HTTP API, for media its secret")
	fs.StringVar(&c.Region, "platform-region", "", "region that Tencent Cloud is asked in, such as ap-guangzhou; empty, as the live interface asks for none")
	fs.StringVar(&c.App, "platform-app", "live", "what stands in push URLs between domain and stream")
	fs.IntVar(&c.Budget, "platform-budget", 20, "calls to the platform in a second, at most; Tencent Cloud allows 100")
}

// On reports whether there is a platform to be asked.
func (c *Config) On() bool { return c.Kind != Off && c.Kind != "" }

// Check returns an error that names every bad key. It reads the files of secrets.
func (c *Config) Check() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, config.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	switch c.Kind {
	case Off, "":
		return nil
	case Tencent, SRS, Media:
	default:
		bad("platform", "must be off, tencent, srs or media")
		return errors.Join(errs...)
	}
	c.checkURL(bad)
	c.checkSecrets(bad)
	if c.Kind == Tencent && c.Domain == "" {
		bad("platform", "tencent is asked for the streams of one domain: push_domain or bizid must be set")
	}
	if c.App == "" {
		bad("platform_app", "must be set")
	}
	if c.Budget < 1 || c.Budget > maxBudget {
		bad("platform_budget", "%d is not between 1 and %d", c.Budget, maxBudget)
	}
	return errors.Join(errs...)
}

// checkURL tells what is wrong with platform_url.
func (c *Config) checkURL(bad func(key, format string, args ...any)) {
	if c.URL == "" {
		if c.Kind != Tencent {
			bad("platform_url", "must be set for %s", c.Kind)
		}
		return
	}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		bad("platform_url", "is not of the form https://host[:port]")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		bad("platform_url", "must have no user, password, query or fragment: platform_secret_id and platform_secret_key are for those")
	case c.Kind == Tencent && u.Path != "" && u.Path != "/":
		bad("platform_url", "must have no path for tencent")
	}
}

// checkSecrets tells what is wrong with platform_secret_id and platform_secret_key, which are
// for each kind something else.
func (c *Config) checkSecrets(bad func(key, format string, args ...any)) {
	var values [2]string
	for i, one := range []struct {
		key    string
		source config.Secret
	}{{"platform_secret_id", c.SecretID}, {"platform_secret_key", c.SecretKey}} {
		value, err := one.source.Read()
		if err != nil {
			bad(one.key, "%v", err)
			return
		}
		values[i] = value
	}
	switch {
	case c.Kind == Tencent && (values[0] == "" || values[1] == ""):
		bad("platform_secret_id", "with platform_secret_key: both must be set for tencent")
	case c.Kind == SRS && (values[0] == "") != (values[1] == ""):
		bad("platform_secret_id", "with platform_secret_key: one is of no use without the other")
	case c.Kind == Media && values[0] != "":
		bad("platform_secret_id", "media has no use for it: platform_secret_key is its secret")
	}
}

// secrets reads both anew: files of secrets are replaced under a running process.
func (c *Config) secrets() (id, key string, err error) {
	if id, err = c.SecretID.Read(); err != nil {
		return "", "", err
	}
	key, err = c.SecretKey.Read()
	return id, key, err
}

// New returns the platform, which is asked over transport. The configuration has been
// checked, and there is one.
func New(c Config, transport http.RoundTripper, now func() time.Time, meter metric.Meter) (platform.Platform, error) {
	caller, err := platform.NewCaller(transport, c.Budget, meter)
	if err != nil {
		return nil, err
	}
	switch c.Kind {
	case SRS:
		return srs.New(srs.Config{URL: c.URL, App: c.App, Key: c.secrets}, caller), nil
	case Media:
		secret := func() (string, error) { return c.SecretKey.Read() }
		return media.New(media.Config{URL: c.URL, Secret: secret}, caller), nil
	default:
		key := func() (tencent.Key, error) {
			id, secret, err := c.secrets()
			return tencent.Key{ID: id, Secret: secret}, err
		}
		asked := tencent.Endpoint
		if c.URL != "" {
			asked = c.URL
		}
		return tencent.New(tencent.Config{URL: asked, Region: c.Region, Domain: hostOf(c.Domain), App: c.App, Key: key, Now: now}, caller), nil
	}
}

// hostOf is a domain without its port, which the platform does not know of.
func hostOf(domain string) string {
	if host, _, err := net.SplitHostPort(domain); err == nil {
		return host
	}
	return domain
}
