package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// fasthttp keeps two kinds of goroutine for a while after shutdown, and those that compress for good.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp/stackless.funcWorker"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

func TestHTTPSServesActionsUnderTheCertificateOfTheMoment(t *testing.T) {
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key")
	pool := writeCertificate(t, certFile, keyFile, 1)
	addresses := start(t, "-listen-https", "127.0.0.1:0", "-tls-cert-file", certFile, "-tls-key-file", keyFile)

	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "localhost"}, DisableKeepAlives: true}
	serial := func() int64 {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+addresses["https"]+"/interface.php",
			strings.NewReader(`{"Action":"GetUserInfo","userid":"nobody","type":0}`))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatalf("POST: %v", err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || !strings.HasPrefix(string(body), `{"returnValue":2003,`) {
			t.Fatalf("POST answered %s, %v", body, err)
		}
		return resp.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(); got != 1 {
		t.Fatalf("serial number %d, want 1", got)
	}
	transport.TLSClientConfig.RootCAs = writeCertificate(t, certFile, keyFile, 2)
	for attempt := 0; ; attempt++ { // looked at once a second
		transport.TLSClientConfig.InsecureSkipVerify = true // either certificate may come
		if serial() == 2 {
			return
		}
		if attempt > 10_000 {
			t.Fatal("the new certificate is not served")
		}
	}
}

func TestVerifyChecksWithoutTouchingData(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	args := []string{"-config.verify", "-data-dir", folder}
	if err := standalone().Run(t.Context(), args, io.Discard, io.Discard); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	err := standalone().Run(t.Context(), append(args, "-live-ttl", "0s", "-member-order", "age"), io.Discard, io.Discard)
	for _, key := range []string{"live_ttl", "member_order"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("a bad configuration: %v, want an error that names %s", err, key)
		}
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the data folder: %v, want none", err)
	}
}

func TestASecondProcessOnTheSameDataIsToldWhoHasIt(t *testing.T) {
	folder := t.TempDir()
	start(t, "-data-dir", folder)
	err := standalone().Run(t.Context(), []string{"-listen-http", "127.0.0.1:0", "-listen-ops", "", "-data-dir", folder}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "is in use by process") {
		t.Errorf("the second: %v, want an error that names the process", err)
	}
}

func TestTheDemoConfigurationIsGood(t *testing.T) {
	var out strings.Builder
	if err := standalone().Run(t.Context(), []string{"-config", "../demo.yaml", "-config.verify"}, &out, io.Discard); err != nil {
		t.Error(err)
	}
}

// start runs the program until the test ends and returns its addresses.
func start(t *testing.T, args ...string) (addresses map[string]string) {
	t.Helper()
	return startSaying(t, io.Discard, "", args...)
}

// startSaying is start of a command, or of none, that prints to stdout.
func startSaying(t *testing.T, stdout io.Writer, command string, args ...string) (addresses map[string]string) {
	t.Helper()
	logs, writer := io.Pipe()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	args = append([]string{"-listen-http", "127.0.0.1:0", "-listen-ops", "127.0.0.1:0", "-data-dir", t.TempDir()}, args...)
	if command != "" {
		args = append([]string{command}, args...)
	}
	go func() {
		done <- standalone().Run(ctx, args, stdout, writer)
		writer.Close()
	}()
	drained := make(chan struct{})
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		<-drained
	})

	addresses = map[string]string{}
	lines := bufio.NewScanner(logs)
	for lines.Scan() {
		var line struct{ Msg, Listener, Address string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Errorf("log line %q: %v", lines.Text(), err)
		}
		if line.Msg == "listening" {
			addresses[line.Listener] = line.Address
		}
		if line.Msg == "ready" {
			break
		}
	}
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, logs)
	}()
	if len(addresses) == 0 {
		t.Fatal("the program listens nowhere")
	}
	return addresses
}
