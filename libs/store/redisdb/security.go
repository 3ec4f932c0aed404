package redisdb

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"

	"xiaozhibo.dev/libs/certs"
	"xiaozhibo.dev/libs/config"
)

// security is how connections to Redis are made by TLS. Its files are read again
// when they change, and what has been renewed holds for connections made from
// then on: none is older than a minute or two.
type security struct {
	authorities *certs.Authorities // nil: the system's
	certificate *certs.Reloader    // nil: none is shown
}

// newSecurity reads the files, and returns nil without TLS. The error names the keys.
func newSecurity(c Config, log *slog.Logger) (*security, error) {
	if !c.TLS {
		return nil, nil
	}
	s := &security{}
	var errCA, errCert error
	if c.CAFile != "" {
		if s.authorities, errCA = certs.NewAuthorities(c.CAFile, log); errCA != nil {
			errCA = config.Errorf("redis_ca_file: %w", errCA)
		}
	}
	if c.CertFile != "" && c.KeyFile != "" {
		if s.certificate, errCert = certs.New(c.CertFile, c.KeyFile, log); errCert != nil {
			errCert = config.Errorf("redis_tls_cert_file, redis_tls_key_file: %w", errCert)
		}
	}
	if err := errors.Join(errCA, errCert); err != nil {
		return nil, err
	}
	return s, nil
}

// dial connects to the host of an address, for whose name the certificate of Redis
// must be.
func (s *security) dial(ctx context.Context, network, address string) (net.Conn, error) {
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.authorities != nil {
		settings.RootCAs = s.authorities.Pool()
	}
	if s.certificate != nil {
		// Not Certificates: of those one is shown only if its authority is among those that the server names.
		settings.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return s.certificate.Current(), nil
		}
	}
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: dialTimeout}, Config: settings}
	return dialer.DialContext(ctx, network, address)
}
