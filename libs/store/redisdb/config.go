package redisdb

import (
	"errors"
	"flag"
	"log/slog"
	"net"
	"strconv"
	"strings"

	"xiaozhibo.dev/libs/config"
)

// Config says where Redis is. Addrs is one server (a node of a Cluster will do),
// several nodes of a Cluster, or with Master the Sentinels.
type Config struct {
	Addrs    config.StringList // host:port
	Master   string            // name of the master, for Sentinels; else empty
	Username string
	Password config.Secret
	TLS      bool
	CAFile   string // PEM; empty: the system's
	CertFile string // PEM, shown to Redis; empty: none
	KeyFile  string // its key
	Prefix   string // begins every key
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.Var(&c.Addrs, "redis-addrs", "host:port of Redis or Valkey; several, comma-separated, for a Cluster or for Sentinels")
	fs.StringVar(&c.Master, "redis-master", "", "name of the master, if redis-addrs are Sentinels")
	fs.StringVar(&c.Username, "redis-username", "", "user of Redis")
	config.SecretVar(fs, &c.Password, "redis-password", "password of Redis")
	fs.BoolVar(&c.TLS, "redis-tls", false, "connect to Redis by TLS")
	fs.StringVar(&c.CAFile, "redis-ca-file", "", "certificates in PEM that Redis is trusted by (default the system's)")
	fs.StringVar(&c.CertFile, "redis-tls-cert-file", "", "certificate in PEM that Redis is shown, where it asks its clients for one (tls-auth-clients)")
	fs.StringVar(&c.KeyFile, "redis-tls-key-file", "", "its key")
	fs.StringVar(&c.Prefix, "redis-prefix", "xzb:", "begins every key, so that systems can share a Redis")
}

// Check returns an error that names every bad key. It reads the files.
func (c *Config) Check() error {
	var errs []error
	if len(c.Addrs) == 0 {
		errs = append(errs, config.Errorf("redis_addrs: must be set, such as localhost:6379"))
	}
	for i, addr := range c.Addrs {
		host, port, err := net.SplitHostPort(addr)
		switch _, errPort := strconv.ParseUint(port, 10, 16); {
		case strings.Contains(addr, "@"): // a password may stand before it
			errs = append(errs, config.Errorf("redis_addrs: address %d is not host:port; user and password have keys of their own", i+1))
		case err != nil || host == "" || errPort != nil:
			errs = append(errs, config.Errorf("redis_addrs: %q is not host:port", addr))
		}
	}
	if strings.ContainsAny(c.Prefix, "{}") {
		errs = append(errs, config.Errorf("redis_prefix: must not contain { or }, which would gather all keys on one node"))
	}
	_, errTLS := newSecurity(*c, slog.New(slog.DiscardHandler))
	_, errPassword := c.Password.Read()
	return errors.Join(append(errs, c.checkTLS(), errTLS, errPassword)...)
}

// checkTLS tells of keys that go together.
func (c *Config) checkTLS() error {
	var errs []error
	for key, value := range map[string]string{"redis_ca_file": c.CAFile, "redis_tls_cert_file": c.CertFile, "redis_tls_key_file": c.KeyFile} {
		if value != "" && !c.TLS {
			errs = append(errs, config.Errorf("%s: is for redis_tls: true", key))
		}
	}
	switch {
	case c.CertFile != "" && c.KeyFile == "":
		errs = append(errs, config.Errorf("redis_tls_key_file: must be set with redis_tls_cert_file"))
	case c.CertFile == "" && c.KeyFile != "":
		errs = append(errs, config.Errorf("redis_tls_cert_file: must be set with redis_tls_key_file"))
	}
	return errors.Join(errs...)
}
