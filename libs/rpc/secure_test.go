package rpc_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/credentials"
	"xiaozhibo.dev/libs/telemetry"
)

// serveOver is a service on the loopback interface that asks ours of its callers.
func serveOver(t *testing.T, ours *credentials.Credentials, log *slog.Logger) (address string) {
	t.Helper()
	var logged logs
	process := lifecycle.New(lifecycle.Options{}, quiet)
	both := slog.New(slog.NewMultiHandler(slog.NewJSONHandler(&logged, nil), log.Handler()))
	rpc.Add(process, "127.0.0.1:0", ours, telemetry.Discard().WithLog(both), wellMethod)
	started := make(chan struct{}) // whatever the service says when it starts has been said
	process.Add(lifecycle.Part{Name: "test", Start: func(context.Context) error { close(started); return nil }})
	ctx, end := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- process.Run(ctx) }()
	t.Cleanup(func() {
		end()
		if err := <-done; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	})
	address = logged.wait(t, "listening")["address"].(string)
	<-started
	return address
}

func dialTCP(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func upstreamWith(t *testing.T, address string, ours *credentials.Credentials, log *slog.Logger) *rpc.Client {
	t.Helper()
	client, err := rpc.NewUpstream("notes", []string{address}, ours, noop.Meter{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func callWithin(t *testing.T, client *rpc.Client, limit time.Duration) (note, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return rpc.Call[note](ctx, client, "notes.Echo", note{})
}

func second(_ string, ours *credentials.Credentials) *credentials.Credentials { return ours }

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: end2100,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

var (
	end2100 = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	end1999 = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC) // before a bubble's time, too
)

// write makes a certificate for the name, and gives its folder that and the
// authority's own.
func (a authority) write(t *testing.T, folder, name string, end time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotBefore: time.Unix(0, 0), NotAfter: end,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, folder, "tls.crt", "CERTIFICATE", der)
	writePEM(t, folder, "tls.key", "PRIVATE KEY", private)
	writePEM(t, folder, "ca.crt", "CERTIFICATE", a.cert.Raw)
}

func writePEM(t *testing.T, folder, name, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func configOf(folder string) credentials.Config {
	return credentials.Config{
		CertFile: filepath.Join(folder, "tls.crt"), KeyFile: filepath.Join(folder, "tls.key"), CAFile: filepath.Join(folder, "ca.crt"),
	}
}

func (a authority) give(t *testing.T, name string, end time.Time) (folder string, ours *credentials.Credentials) {
	t.Helper()
	folder = t.TempDir()
	a.write(t, folder, name, end)
	return folder, open(t, configOf(folder))
}

func open(t *testing.T, config credentials.Config) *credentials.Credentials {
	t.Helper()
	ours, err := credentials.New(config, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return ours
}

func TestWithCertificatesOnlyOursSpeakToEachOther(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	var log logs
	address := serveOver(t, second(ours.give(t, "notes", end2100)), slog.New(slog.NewJSONHandler(&log, nil)))
	for name, test := range map[string]struct {
		caller *credentials.Credentials
		well   bool
	}{
		"one of ours":              {second(ours.give(t, "gateway", end2100)), true},
		"one that has expired":     {second(ours.give(t, "gateway", end1999)), false},
		"a stranger's":             {stranger(t, ours, others), false},
		"none":                     {open(t, credentials.Config{CAFile: configOf(first(ours.give(t, "x", end2100))).CAFile}), false},
		"without TLS":              {nil, false},
		"who trusts somebody else": {second(others.give(t, "gateway", end2100)), false},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			client := upstreamWith(t, address, test.caller, slog.New(slog.NewTextHandler(&log, nil)))
			_, err := callWithin(t, client, 2*time.Second)
			if test.well != (err == nil) || err != nil && apierr.CodeOf(err) != apierr.Unavailable {
				t.Errorf("error is %v", err)
			}
			if !test.well && test.caller != nil && !strings.Contains(log.String(), "rpc_tls_ca_file") {
				t.Errorf("the caller's log: %s", &log)
			}
		})
	}
	if lines := log.count("reason", "handshake"); lines < 1 || lines > 3 {
		t.Errorf("the service's log has %d lines of handshakes", lines)
	}
}

func first(folder string, _ *credentials.Credentials) string { return folder }

// stranger knows whom to trust and has a certificate of its own making.
func stranger(t *testing.T, ours, others authority) *credentials.Credentials {
	t.Helper()
	folder := first(others.give(t, "gateway", end2100))
	writePEM(t, folder, "ca.crt", "CERTIFICATE", ours.cert.Raw)
	return open(t, configOf(folder))
}

func TestAServiceMustHaveTheNameThatIsCalled(t *testing.T) {
	ours := newAuthority(t)
	caller := second(ours.give(t, "gateway", end2100))
	for name, end := range map[string]time.Time{"other": end2100, "notes": end1999} {
		err := shakeHands(t, second(ours.give(t, name, end)), caller)
		if invalid := new(tls.CertificateVerificationError); !errors.As(err, &invalid) {
			t.Errorf("%s until %s: %v", name, end, err)
		}
	}
	if err := shakeHands(t, second(ours.give(t, "notes", end2100)), caller); err != nil {
		t.Error(err)
	}
}

// shakeHands returns what the two ends have against each other.
func shakeHands(t *testing.T, service, caller *credentials.Credentials) error {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	here := dialTCP(t, listener.Addr().String())
	defer here.Close()
	there, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		defer there.Close()
		server := tls.Server(there, service.ServerTLS())
		err := server.HandshakeContext(t.Context())
		if err == nil {
			_, err = server.Write([]byte("x"))
		}
		done <- err
	}()
	client := tls.Client(here, caller.ClientTLS("notes"))
	_, err = client.Read(make([]byte, 1)) // the service verifies after the caller's end is through
	if err != nil {
		here.Close()
	}
	return errors.Join(err, <-done)
}

func TestCertificatesAndAuthoritiesAreRenewedWithoutARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before, after := newAuthority(t), newAuthority(t)
		serviceFolder, service := before.give(t, "notes", end2100)
		callerFolder, caller := before.give(t, "gateway", end2100)
		well := func(step string, want bool) {
			t.Helper()
			<-time.After(time.Second)
			if err := shakeHands(t, service, caller); (err == nil) != want {
				t.Errorf("%s: %v", step, err)
			}
		}
		well("as it was", true)
		after.write(t, serviceFolder, "notes", end2100)
		well("the service has the new authority alone", false)
		after.write(t, callerFolder, "gateway", end2100)
		well("both have it", true)
		before.write(t, callerFolder, "gateway", end1999)
		well("the caller's is old and expired", false)
		after.write(t, callerFolder, "gateway", end2100)
		if err := os.Remove(filepath.Join(serviceFolder, "ca.crt")); err != nil {
			t.Fatal(err)
		}
		well("the authority's file is lost, and the last one stays", true)
	})
}

func TestAServiceThatAsksNothingSaysSoOnce(t *testing.T) {
	ours := newAuthority(t)
	folder := first(ours.give(t, "notes", end2100))
	serving := configOf(folder)
	serving.CAFile = ""
	for name, test := range map[string]struct {
		ours  *credentials.Credentials
		warns int
	}{
		"nothing":                {nil, 1},
		"no keys":                {open(t, credentials.Config{}), 1},
		"TLS, for everybody":     {open(t, serving), 1},
		"a secret":               {second(withSecret(t, oldSecret)), 0},
		"certificates of theirs": {open(t, configOf(folder)), 0},
	} {
		var log logs
		serveOver(t, test.ours, slog.New(slog.NewJSONHandler(&log, nil)))
		if warns := log.count("level", "WARN"); warns != test.warns {
			t.Errorf("%s: %d warnings", name, warns)
		}
	}
}
