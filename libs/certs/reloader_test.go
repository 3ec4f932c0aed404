package certs_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/libs/certs"
)

// pair is a certificate for localhost, told from others by its serial number.
type pair struct{ cert, key []byte }

func newPair(t *testing.T, serial int64) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		DNSNames:     []string{"localhost"},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA:         true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pair{
		cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}),
		key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
}

func (p pair) write(t *testing.T, folder string) {
	t.Helper()
	write(t, filepath.Join(folder, "tls.crt"), p.cert)
	write(t, filepath.Join(folder, "tls.key"), p.key)
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// open makes a reloader of the files in folder and returns what it logs.
func open(t *testing.T, folder string) (*certs.Reloader, *bytes.Buffer) {
	t.Helper()
	var logged bytes.Buffer
	reloader, err := certs.New(filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key"),
		slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		t.Fatal(err)
	}
	return reloader, &logged
}

func serial(t *testing.T, reloader *certs.Reloader) int64 {
	t.Helper()
	cert, err := reloader.GetCertificate(&tls.ClientHelloInfo{ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	return cert.Leaf.SerialNumber.Int64()
}

func TestARenewedCertificateIsServedWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		newPair(t, 1).write(t, folder)
		reloader, logged := open(t, folder)
		newPair(t, 2).write(t, folder)
		if got := serial(t, reloader); got != 1 {
			t.Errorf("certificate %d: the files are read at every handshake", got)
		}
		<-time.After(time.Second)
		if got := serial(t, reloader); got != 2 {
			t.Errorf("certificate %d after a second", got)
		}
		if logged.Len() != 0 {
			t.Errorf("logged %s", logged)
		}
	})
}

func TestASymbolicLinkThatIsChangedIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		for name, serial := range map[string]int64{"..1": 1, "..2": 2} {
			if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
				t.Fatal(err)
			}
			newPair(t, serial).write(t, filepath.Join(folder, name))
		}
		link(t, "..1", filepath.Join(folder, "..data"))
		link(t, filepath.Join("..data", "tls.crt"), filepath.Join(folder, "tls.crt"))
		link(t, filepath.Join("..data", "tls.key"), filepath.Join(folder, "tls.key"))
		reloader, _ := open(t, folder)

		link(t, "..2", filepath.Join(folder, "..tmp"))
		if err := os.Rename(filepath.Join(folder, "..tmp"), filepath.Join(folder, "..data")); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		if got := serial(t, reloader); got != 2 {
			t.Errorf("certificate %d after the swap", got)
		}
	})
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func TestFilesOutOfStepLeaveTheOldCertificateAndAreLoggedOnce(t *testing.T) {
	next := newPair(t, 2)
	disturbances := map[string]func(t *testing.T, folder string){
		"new certificate, old key": func(t *testing.T, folder string) {
			t.Helper()
			write(t, filepath.Join(folder, "tls.crt"), next.cert)
		},
		"half a key": func(t *testing.T, folder string) {
			t.Helper()
			write(t, filepath.Join(folder, "tls.key"), next.key[:40])
		},
		"no certificate": func(t *testing.T, folder string) {
			t.Helper()
			if err := os.Remove(filepath.Join(folder, "tls.crt")); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, disturb := range disturbances {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				folder := t.TempDir()
				newPair(t, 1).write(t, folder)
				reloader, logged := open(t, folder)
				disturb(t, folder)
				for range 3 {
					<-time.After(time.Second)
					if got := serial(t, reloader); got != 1 {
						t.Fatalf("certificate %d", got)
					}
				}
				if n := strings.Count(logged.String(), "not renewed"); n != 1 {
					t.Errorf("logged %d times: %s", n, logged)
				}
				next.write(t, folder)
				<-time.After(time.Second)
				if got := serial(t, reloader); got != 2 {
					t.Errorf("certificate %d once the files fit", got)
				}
				disturb(t, folder)
				write(t, filepath.Join(folder, "tls.key"), nil)
				<-time.After(time.Second)
				serial(t, reloader)
				if n := strings.Count(logged.String(), "not renewed"); n != 2 {
					t.Errorf("the next trouble: logged %d times: %s", n, logged)
				}
			})
		})
	}
}

func TestABadPairIsAnErrorAtTheStart(t *testing.T) {
	folder := t.TempDir()
	crt, key := filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key")
	log := slog.New(slog.DiscardHandler)
	first := newPair(t, 1)
	for want, files := range map[string]pair{
		"tls.crt with key": {cert: first.cert, key: newPair(t, 2).key},
		"PEM":              {cert: []byte("x"), key: first.key},
	} {
		files.write(t, folder)
		if _, err := certs.New(crt, key, log); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
	for _, gone := range []string{key, crt} {
		if err := os.Remove(gone); err != nil {
			t.Fatal(err)
		}
		if _, err := certs.New(crt, key, log); err == nil || !strings.Contains(err.Error(), gone) {
			t.Errorf("error is %v, want one that names %s", err, gone)
		}
	}
}

func TestAServerSpeaksHTTP1OverModernTLSOnly(t *testing.T) {
	folder := t.TempDir()
	files := newPair(t, 1)
	files.write(t, folder)
	reloader, _ := open(t, folder)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	listener := tls.NewListener(server.Listener, reloader.TLSConfig())
	server.Listener = listener
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.Start()
	defer server.Close()

	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(files.cert)
	dial := func(config *tls.Config) (tls.ConnectionState, error) {
		config.RootCAs, config.ServerName = roots, "localhost"
		conn, err := (&tls.Dialer{Config: config}).DialContext(t.Context(), "tcp", listener.Addr().String())
		if err != nil {
			return tls.ConnectionState{}, err
		}
		state := conn.(*tls.Conn).ConnectionState()
		return state, conn.Close()
	}
	state, err := dial(&tls.Config{NextProtos: []string{"h2", "http/1.1"}})
	if err != nil || state.NegotiatedProtocol != "http/1.1" || state.Version != tls.VersionTLS13 {
		t.Errorf("got %q over %x, %v", state.NegotiatedProtocol, state.Version, err)
	}
	if _, err := dial(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
}

func TestHandshakesDuringARenewalGetOneOrTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		newPair(t, 1).write(t, folder)
		reloader, _ := open(t, folder)
		newPair(t, 2).write(t, folder)
		<-time.After(time.Second)
		var handshakes sync.WaitGroup
		for range 32 {
			handshakes.Go(func() {
				cert, err := reloader.GetCertificate(nil)
				if err != nil || cert.Leaf.SerialNumber.Int64() > 2 {
					t.Errorf("certificate %v, %v", cert, err)
				}
			})
		}
		handshakes.Wait()
		if got := serial(t, reloader); got != 2 {
			t.Errorf("certificate %d in the end", got)
		}
	})
}
