package cluster_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"

	"xiaozhibo.dev/deploy/kind/cluster"
)

func TestACertificateVouchesForItselfAndForLocalhost(t *testing.T) {
	made, err := cluster.NewCertificate()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(made.Cert, made.Key)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(made.Cert)
	for _, name := range []string{"localhost", "127.0.0.1"} {
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
