package redistest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Authority issues certificates.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes one of which nobody has heard.
func NewAuthority(t testing.TB) Authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: rand.Text()}, // OpenSSL finds an authority by its name
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	return Authority{cert, key}
}

// Write puts into a folder what Kubernetes has in a Secret of the kind tls: ca.crt,
// and a certificate of this authority for 127.0.0.1 as tls.crt and tls.key.
func (a Authority) Write(t testing.TB, folder string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	for name, block := range map[string]*pem.Block{
		"ca.crt":  {Type: "CERTIFICATE", Bytes: a.cert.Raw},
		"tls.crt": {Type: "CERTIFICATE", Bytes: der},
		"tls.key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		must(t, os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600))
	}
}

// StartSecure starts a server that speaks TLS alone, and asks a certificate of the
// authority of its clients (tls-auth-clients yes).
func StartSecure(t testing.TB, authority Authority) *Server {
	t.Helper()
	need(t)
	folder := t.TempDir()
	authority.Write(t, folder)
	file := func(name string) string { return filepath.Join(folder, name) }
	ours, err := tls.LoadX509KeyPair(file("tls.crt"), file("tls.key"))
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(authority.cert)
	s := &Server{
		port: freePort(t),
		tls:  &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, Certificates: []tls.Certificate{ours}},
	}
	s.args = []string{
		"--port", "0", "--tls-port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", t.TempDir(), "--save", "", "--appendonly", "no",
		"--tls-cert-file", file("tls.crt"), "--tls-key-file", file("tls.key"), "--tls-ca-cert-file", file("ca.crt"), "--tls-auth-clients", "yes",
	}
	t.Cleanup(func() { s.Kill(t) })
	s.launch(t)
	return s
}
