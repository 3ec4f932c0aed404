// Package credentials is what our own processes show each other before a call is heard: a
// secret, a certificate, or both. Each is read again when its file changes. Credentials has the
// settings of both ends; Secret alone is for listeners that ask operators. Nil credentials ask
// for nothing and show nothing.
package credentials

import (
	"errors"
	"flag"
	"log/slog"

	"xiaozhibo.dev/libs/config"
)

// Config names the credentials of a process. With none of them services hear
// everybody.
type Config struct {
	Secret   config.Secret // one line, or two; either is good, and the first is sent
	CertFile string
	KeyFile  string
	CAFile   string // what the others' certificates are verified by
}

// RegisterFlags names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	config.SecretVar(fs, &c.Secret, "rpc-secret", "what services ask of their callers, 16 characters at least; of two lines either is good, and the first is sent")
	fs.StringVar(&c.CertFile, "rpc-tls-cert-file", "", "certificate in PEM that a service serves with, for its name such as stream, and that the gateway calls with; re-read when it changes")
	fs.StringVar(&c.KeyFile, "rpc-tls-key-file", "", "private key in PEM of the certificate in rpc-tls-cert-file")
	fs.StringVar(&c.CAFile, "rpc-tls-ca-file", "", "authority in PEM that services ask a certificate of from their callers, and the gateway of services")
}

// CheckServer returns an error that names every key that is bad for a service.
// It reads the files.
func (c *Config) CheckServer() error {
	if c.CAFile != "" && c.CertFile == "" && c.KeyFile == "" {
		return errors.Join(config.Errorf("rpc_tls_ca_file: needs rpc_tls_cert_file and rpc_tls_key_file, without which nothing is served by TLS"), c.check())
	}
	return c.check()
}

// CheckClient returns an error that names every key that is bad for a caller of
// services. It reads the files.
func (c *Config) CheckClient() error {
	if c.CAFile == "" && (c.CertFile != "" || c.KeyFile != "") {
		return errors.Join(config.Errorf("rpc_tls_ca_file: must be set with rpc_tls_cert_file: the services' certificates are verified by it"), c.check())
	}
	return c.check()
}

func (c *Config) check() error {
	_, err := New(*c, slog.New(slog.DiscardHandler))
	switch {
	case c.CertFile != "" && c.KeyFile == "":
		err = errors.Join(config.Errorf("rpc_tls_key_file: must be set with rpc_tls_cert_file"), err)
	case c.CertFile == "" && c.KeyFile != "":
		err = errors.Join(config.Errorf("rpc_tls_cert_file: must be set with rpc_tls_key_file"), err)
	}
	return err
}

func (c *Config) asksSecret() bool { return c.Secret.Value != "" || c.Secret.File != "" }
