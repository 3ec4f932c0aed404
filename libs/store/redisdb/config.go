package redisdb

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"net"
	"os"
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
	if c.CAFile != "" && !c.TLS {
		errs = append(errs, config.Errorf("redis_ca_file: is for redis_tls: true"))
	}
	_, errTLS := c.tlsConfig()
	_, errPassword := c.Password.Read()
	return errors.Join(append(errs, errTLS, errPassword)...)
}

// tlsConfig returns nil without TLS.
func (c *Config) tlsConfig() (*tls.Config, error) {
	if !c.TLS {
		return nil, nil
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CAFile == "" {
		return settings, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, config.Errorf("redis_ca_file: %w", err)
	}
	settings.RootCAs = x509.NewCertPool()
	if !settings.RootCAs.AppendCertsFromPEM(pem) {
		return nil, config.Errorf("redis_ca_file: %s has no certificate in PEM", c.CAFile)
	}
	return settings, nil
}
