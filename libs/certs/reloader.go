// Package certs serves a TLS certificate that is renewed while the process
// runs: cert-manager, certbot or an operator writes new files, and connections
// made from then on are given the new certificate.
package certs

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// checkInterval is how long a renewed certificate may go unnoticed.
const checkInterval = time.Second

// Reloader holds the certificate of two PEM files. At a handshake it reads them
// again, at most once a second, and compares what they contain: that sees files
// rewritten in place, replaced, or behind symbolic links that are changed, which
// is how Kubernetes does it. Files that do not fit together leave the
// certificate as it is. A Reloader is safe for concurrent use.
type Reloader struct {
	certFile, keyFile string
	log               *slog.Logger
	current           atomic.Pointer[tls.Certificate]

	mu        sync.Mutex // held while the files are read
	checked   time.Time
	cert, key []byte // what the current certificate was made of
	problem   string // as last logged, "" if there is none
}

// New reads the certificate, with its chain, and the private key. It fails if
// they cannot be read or do not belong together; later such failures are logged.
func New(certFile, keyFile string, log *slog.Logger) (*Reloader, error) {
	r := &Reloader{certFile: certFile, keyFile: keyFile, log: log, checked: time.Now()}
	if err := r.load(); err != nil {
		return nil, err
	}
	return r, nil
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
	r.check()
	return r.current.Load(), nil
}

func (r *Reloader) check() {
	if !r.mu.TryLock() {
		return // somebody is reading: do not wait for a disk that may be slow
	}
	defer r.mu.Unlock()
	if time.Since(r.checked) < checkInterval {
		return
	}
	r.checked = time.Now()
	err := r.load()
	if err == nil {
		r.problem = ""
		return
	}
	if problem := err.Error(); problem != r.problem {
		r.problem = problem
		r.log.Warn("certificate not renewed, the old one stays", "err", err)
	}
}

// load makes what is in the files the current certificate.
func (r *Reloader) load() error {
	cert, err := os.ReadFile(r.certFile)
	if err != nil {
		return fmt.Errorf("read certificate: %w", err)
	}
	key, err := os.ReadFile(r.keyFile)
	if err != nil {
		return fmt.Errorf("read key of certificate: %w", err)
	}
	if bytes.Equal(cert, r.cert) && bytes.Equal(key, r.key) {
		return nil
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("load certificate %s with key %s: %w", r.certFile, r.keyFile, err)
	}
	r.current.Store(&pair)
	r.cert, r.key = cert, key
	r.log.Info("certificate loaded", "file", r.certFile, "not_after", pair.Leaf.NotAfter)
	return nil
}
