package edge

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"strings"
	"time"

	"xiaozhibo.dev/gateway/edge/hops"
	"xiaozhibo.dev/libs/config"
)

// Config configures the public listeners. An address of a client is an IPv4 address or an
// IPv6 /64.
type Config struct {
	ListenHTTP    config.Address
	ListenHTTPS   config.Address
	TLSCertFile   string
	TLSKeyFile    string
	CORSOrigins   config.StringList
	ActionTimeout time.Duration // positive
	IdleTimeout   time.Duration // positive
	RateLimit     int           // requests a second and client address; 0 is no limit

	MaxConnections           int // 0 is no limit
	MaxConnectionsPerAddress int // 0 is no limit
	MaxNewAnchorsPerAddress  int // in an hour; 0 is no cap

	TrustedProxies config.StringList
	AccessLog      float64 // share of the Actions that are logged, 0 to 1
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.ListenHTTP, c.ListenHTTPS = ":8080", ""
	fs.Var(&c.ListenHTTP, "listen-http", "address of the HTTP listener, or off")
	fs.Var(&c.ListenHTTPS, "listen-https", "address of the HTTPS listener, or off")
	fs.StringVar(&c.TLSCertFile, "tls-cert-file", "", "certificate chain in PEM, re-read when it changes")
	fs.StringVar(&c.TLSKeyFile, "tls-key-file", "", "private key in PEM, re-read when it changes")
	fs.Var(&c.CORSOrigins, "cors-origins", "origins whose pages may call us, such as https://share.example.com, comma-separated")
	fs.DurationVar(&c.ActionTimeout, "action-timeout", 5*time.Second, "an Action not done in this time answers 3000; clients send again after 10s")
	fs.DurationVar(&c.IdleTimeout, "idle-timeout", 75*time.Second, "a kept-alive connection without a request is closed after this time; behind a load balancer longer than its own, such as 620s")
	fs.IntVar(&c.RateLimit, "rate-limit", 0, "requests a second from one client address before it gets 4003, events 429; 0 for no limit")
	fs.IntVar(&c.MaxConnections, "max-connections", 50_000, "connections of clients that are open at once; over it a new one is closed; 0 for no limit")
	fs.IntVar(&c.MaxConnectionsPerAddress, "max-connections-per-address", 0, "connections from one client address that are open at once, trusted proxies not counted; 0 for no limit")
	fs.IntVar(&c.MaxNewAnchorsPerAddress, "max-new-anchors-per-address", 6000, "RequestLVBAddr in an hour from one client address for users without a room, before it answers 4003; 0 for no cap")
	fs.Var(&c.TrustedProxies, "trusted-proxies", "addresses or CIDR ranges whose X-Forwarded-For is believed, comma-separated")
	fs.Float64Var(&c.AccessLog, "access-log", 0, "share of the Actions that are logged, 0 for none and 1 for all")
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, config.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	if c.ListenHTTP == "" && c.ListenHTTPS == "" {
		bad("listen_http", "one of listen_http and listen_https must be set")
	}
	if c.ListenHTTPS != "" {
		if c.TLSCertFile == "" || c.TLSKeyFile == "" {
			bad("listen_https", "tls_cert_file and tls_key_file must be set with it")
		} else if _, err := tls.LoadX509KeyPair(c.TLSCertFile, c.TLSKeyFile); err != nil {
			bad("tls_cert_file", "with tls_key_file: %v", err)
		}
	}
	for key, value := range map[string]time.Duration{"action_timeout": c.ActionTimeout, "idle_timeout": c.IdleTimeout} {
		if value <= 0 {
			bad(key, "%s is not positive", value)
		}
	}
	for key, value := range map[string]int{
		"rate_limit": c.RateLimit, "max_connections": c.MaxConnections,
		"max_connections_per_address": c.MaxConnectionsPerAddress, "max_new_anchors_per_address": c.MaxNewAnchorsPerAddress,
	} {
		if value < 0 {
			bad(key, "%d is negative", value)
		}
	}
	if !(0 <= c.AccessLog && c.AccessLog <= 1) { // nor is it NaN
		bad("access_log", "%v is not between 0 and 1", c.AccessLog)
	}
	for _, origin := range c.CORSOrigins {
		if !isOrigin(origin) {
			bad("cors_origins", "%q is not of the form https://host[:port]", origin)
		}
	}
	for _, proxy := range c.TrustedProxies {
		if _, err := hops.ParseNetwork(proxy); err != nil {
			bad("trusted_proxies", "%q is neither an address nor a CIDR range", proxy)
		}
	}
	return errors.Join(errs...)
}

// isOrigin refuses "*" too: an origin is echoed to itself and to nobody else.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") &&
		u.Host != "" && !strings.Contains(u.Host, "*") && u.Scheme+"://"+u.Host == s
}
