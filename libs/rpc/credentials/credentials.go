package credentials

import (
	"crypto/tls"
	"errors"
	"log/slog"

	"xiaozhibo.dev/libs/certs"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/fresh"
)

// Credentials are those of one process. Nil has none, and asks for none. They
// are safe for concurrent use.
type Credentials struct {
	secret      *fresh.Value[secret] // nil: none
	certificate *certs.Reloader      // nil: none
	authorities *certs.Authorities   // nil: none
}

// New reads the files. The error names the keys.
func New(c Config, log *slog.Logger) (*Credentials, error) {
	found := &Credentials{}
	var errSecret, errCert, errCA error
	if c.asksSecret() {
		found.secret, errSecret = newSecret("rpc_secret", c.Secret, log)
	}
	if c.CertFile != "" && c.KeyFile != "" {
		if found.certificate, errCert = certs.New(c.CertFile, c.KeyFile, log); errCert != nil {
			errCert = config.Errorf("rpc_tls_cert_file, rpc_tls_key_file: %w", errCert)
		}
	}
	if c.CAFile != "" {
		if found.authorities, errCA = certs.NewAuthorities(c.CAFile, log); errCA != nil {
			errCA = config.Errorf("rpc_tls_ca_file: %w", errCA)
		}
	}
	if err := errors.Join(errSecret, errCert, errCA); err != nil {
		return nil, err
	}
	return found, nil
}

// AskNothing reports whether a service with them hears everybody.
func (c *Credentials) AskNothing() bool {
	return c == nil || c.secret == nil && (c.certificate == nil || c.authorities == nil)
}

// Authorization is the value of that header to send, "" for none.
func (c *Credentials) Authorization() string {
	if c == nil || c.secret == nil {
		return ""
	}
	return c.secret.Get().sent
}

// Accept reports whether the value of the header Authorization is good. If no secret is
// asked for, every value is good.
func (c *Credentials) Accept(authorization []byte) bool {
	return c == nil || c.secret == nil || c.secret.Get().is(authorization)
}

// ServerTLS returns what a service serves with, nil without TLS. With an authority it
// requires a certificate of each caller. Renewed credentials hold for connections made from
// then on.
func (c *Credentials) ServerTLS() *tls.Config {
	if c == nil || c.certificate == nil {
		return nil
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			settings := &tls.Config{
				MinVersion:             tls.VersionTLS13,
				Certificates:           []tls.Certificate{*c.certificate.Current()},
				SessionTicketsDisabled: true, // each connection is verified anew
			}
			if c.authorities != nil {
				settings.ClientAuth, settings.ClientCAs = tls.RequireAndVerifyClientCert, c.authorities.Pool()
			}
			return settings, nil
		},
	}
}

// ClientTLS returns what a connection to the service of that name is made with,
// nil without TLS. The service's certificate must be for the name: addresses
// change, and several copies share one.
func (c *Credentials) ClientTLS(service string) *tls.Config {
	if c == nil || c.authorities == nil {
		return nil
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS13, ServerName: service, RootCAs: c.authorities.Pool()}
	if c.certificate != nil {
		settings.Certificates = []tls.Certificate{*c.certificate.Current()}
	}
	return settings
}
