package certs

import (
	"crypto/x509"
	"fmt"
	"log/slog"

	"xiaozhibo.dev/libs/fresh"
)

// Authorities holds the certificates of a PEM file that others are trusted by.
// The file is read again when it changes: with the old and the new authority in
// it, one replaces the other without a connection refused. It is safe for
// concurrent use.
type Authorities struct {
	current *fresh.Value[*x509.CertPool]
}

// NewAuthorities reads the file. It fails if there is no certificate in it;
// later such failures are logged.
func NewAuthorities(file string, log *slog.Logger) (*Authorities, error) {
	current, err := fresh.New("authorities", fresh.Files(file), func(contents [][]byte) (*x509.CertPool, error) {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(contents[0]) {
			return nil, fmt.Errorf("%s has no certificate in PEM", file)
		}
		log.Info("authorities loaded", "file", file)
		return pool, nil
	}, log)
	if err != nil {
		return nil, err
	}
	return &Authorities{current}, nil
}

// Pool returns the current authorities.
func (a *Authorities) Pool() *x509.CertPool { return a.current.Get() }
