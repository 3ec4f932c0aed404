package edge_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/lifecycle"
)

func TestOverTLSARefusedClientReadsWhyToo(t *testing.T) {
	borrowed := httptest.NewTLSServer(nil) // for its certificate
	borrowed.Close()
	certificates := x509.NewCertPool()
	certificates.AddCert(borrowed.Certificate())

	front, actions := newEdge(t, edge.Config{ListenHTTPS: "127.0.0.1:0"}, gatewaytest.World(), &lifecycle.Health{})
	address := serveOn(t, front, actions, &tls.Config{Certificates: borrowed.TLS.Certificates, MinVersion: tls.VersionTLS12})
	for _, length := range []int{len(userInfo), 65537, 1<<20 + 1, 8 << 20} {
		conn := tls.Client(dial(t, "http://"+address), &tls.Config{RootCAs: certificates, ServerName: "example.com", MinVersion: tls.VersionTLS12})
		body := userInfo + strings.Repeat(" ", length-len(userInfo))
		if _, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", length, body); err != nil {
			t.Fatalf("write %d bytes: %v", length, err)
		}
		want := badBody
		if length == len(userInfo) {
			want = `{"returnValue":0,`
		}
		if got, err := io.ReadAll(conn); err != nil || !strings.Contains(string(got), " 200 OK\r\n") || !strings.Contains(string(got), want) {
			t.Errorf("to %d bytes: %.200s, %v", length, got, err)
		}
	}
}
