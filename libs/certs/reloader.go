// Package certs holds TLS certificates that are renewed while the process runs: cert-manager,
// certbot or an operator writes new files, and connections made from then on are given the new
// ones, and verified by them. Reloader is what a process shows, Authorities what it trusts
// others by. Connections that are open are left as they are.
package certs

import (
	"crypto/tls"
	"fmt"
	"log/slog"

	"xiaozhibo.dev/libs/fresh"
)

// Reloader holds the certificate of two PEM files, which are read again when
// they change. Files that do not fit together leave the certificate as it is. A
// Reloader is safe for concurrent use.
type Reloader struct {
	current *fresh.Value[*tls.Certificate]
}

// New reads the certificate, with its chain, and the private key. It fails if
// they cannot be read or do not belong together; later such failures are logged.
func New(certFile, keyFile string, log *slog.Logger) (*Reloader, error) {
	current, err := fresh.New("certificate", fresh.Files(certFile, keyFile), func(contents [][]byte) (*tls.Certificate, error) {
		pair, err := tls.X509KeyPair(contents[0], contents[1])
		if err != nil {
			return nil, fmt.Errorf("load certificate %s with key %s: %w", certFile, keyFile, err)
		}
		log.Info("certificate loaded", "file", certFile, "not_after", pair.Leaf.NotAfter)
		return &pair, nil
	}, log)
	if err != nil {
		return nil, err
	}
	return &Reloader{current}, nil
}

// TLSConfig returns a configuration for servers of HTTP/1.1 over TLS 1.2 or
// later that gives out the current certificate.
func (r *Reloader) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: r.GetCertificate,
	}
}

// GetCertificate returns the current certificate, whatever the client asks for.
// It never fails.
func (r *Reloader) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return r.Current(), nil
}

// Current returns the current certificate.
func (r *Reloader) Current() *tls.Certificate { return r.current.Get() }
