package wire_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/valyala/fasthttp"

	"xiaozhibo.dev/gateway/edge/wire"
	"xiaozhibo.dev/libs/intake"
	"xiaozhibo.dev/libs/listen/pipe"
	"xiaozhibo.dev/libs/telemetry"
)

func TestMain(m *testing.M) {
	new(fasthttp.ResponseHeader).Header() // fasthttp starts its clock once, which must be outside of a bubble
	m.Run()
}

// config answers a request with its body, and what is refused with why.
func config() wire.Config {
	return wire.Config{
		ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 75 * time.Second,
		MaxBody: 64 << 10, Bodies: intake.NewBudget(1 << 20),
		Admit:   func(*fasthttp.RequestCtx) bool { return true },
		Handler: func(rc *fasthttp.RequestCtx) { rc.SetBodyString("got " + string(rc.Request.Body())) },
		Refuse:  func(rc *fasthttp.RequestCtx, _ []byte, err error) { rc.SetBodyString("refused: " + err.Error()) },
	}
}

// serve serves connections in memory until the test ends.
func serve(t *testing.T, config wire.Config, secure *tls.Config) (connect func() net.Conn) {
	t.Helper()
	server, err := wire.New(config, telemetry.Discard())
	if err != nil {
		t.Fatal(err)
	}
	listener := pipe.New()
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener, secure) }()
	t.Cleanup(func() {
		if err := errors.Join(server.Shutdown(t.Context()), <-done); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return func() net.Conn {
		client, err := listener.Dial(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Close() })
		return client
	}
}

func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	borrowed := httptest.NewTLSServer(nil) // for its certificate
	borrowed.Close()
	known := x509.NewCertPool()
	known.AddCert(borrowed.Certificate())
	return &tls.Config{Certificates: borrowed.TLS.Certificates, MinVersion: tls.VersionTLS12},
		&tls.Config{RootCAs: known, ServerName: "example.com", MinVersion: tls.VersionTLS12}
}

func TestOverTLSSilenceIsNotAnsweredAndHalfARequestIs(t *testing.T) {
	server, client := certificate(t)
	for name, test := range map[string]struct {
		sent  string
		after time.Duration
		want  string
	}{
		"nothing":          {"", 10 * time.Second, ""},
		"one byte":         {"P", 10 * time.Second, "refused"},
		"half a body":      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx", 10 * time.Second, "refused"},
		"a request":        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx", 75 * time.Second, "got x"},
		"one that is over": {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999\r\n\r\n", 0, "refused: the body is too long"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := tls.Client(serve(t, config(), server)(), client)
				began := time.Now()
				fmt.Fprint(conn, test.sent)
				if err := conn.Handshake(); err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(conn)
				if err != nil || !strings.Contains(string(got), test.want) || test.want == "" && len(got) > 0 || strings.Count(string(got), "HTTP/1.1") > 1 {
					t.Errorf("answered %q, %v", got, err)
				}
				if took := time.Since(began); took != test.after {
					t.Errorf("closed after %v, want %v", took, test.after)
				}
			})
		})
	}
}

func TestAHandshakeThatDoesNotEndIsClosedWithoutAWord(t *testing.T) {
	server, _ := certificate(t)
	for name, sent := range map[string]string{"absent": "", "half": "\x16\x03\x01\x02", "of no TLS": "\x16\x03\x01\x00\x05"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := serve(t, config(), server)()
				began := time.Now()
				fmt.Fprint(conn, sent)
				got, err := io.ReadAll(conn)
				if took := time.Since(began); len(got) > 0 || err != nil || took != 10*time.Second {
					t.Errorf("closed after %v with %q, %v", took, got, err)
				}
			})
		})
	}
}

func TestWithoutMemoryForBodiesShortOnesAreReadOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := config()
		config.Bodies = intake.NewBudget(256 << 10)
		connect := serve(t, config, nil)
		half := "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n" + strings.Repeat("x", 60_000)
		var refused atomic.Int32
		for range 10 {
			conn := connect()
			go fmt.Fprint(conn, half) // which may be refused before it is written
			go func() {
				if got, _ := io.ReadAll(conn); strings.Contains(string(got), "refused: "+intake.ErrBusy.Error()) {
					refused.Add(1)
				}
			}()
		}
		synctest.Wait()
		if refused.Load() < 6 || refused.Load() == 10 || config.Bodies.Used() > 128<<10 {
			t.Errorf("%d of 10 are refused, %d bytes are held", refused.Load(), config.Bodies.Used())
		}
		conn := connect()
		fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n"+strings.Repeat("y", 1000))
		if got, err := io.ReadAll(conn); err != nil || !strings.Contains(string(got), "got yyy") {
			t.Errorf("a short body: %.100q, %v", got, err)
		}
		<-time.After(11 * time.Second)
		if held := config.Bodies.Used(); held != 0 {
			t.Errorf("%d bytes are held when all have been cut off", held)
		}
	})
}

func TestAHeaderThatOnlyBegunHasNoLargeBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := config()
		config.Bodies = intake.NewBudget(100 << 10) // for three large buffers, and half of it for anything large
		connect := serve(t, config, nil)
		var refused atomic.Int32
		for range 10 {
			conn := connect()
			go fmt.Fprint(conn, "POST / HTTP/1.1\r\nX: "+strings.Repeat("x", 10_000))
			go func() {
				if got, _ := io.ReadAll(conn); strings.Contains(string(got), "refused: "+intake.ErrBusy.Error()) {
					refused.Add(1)
				}
			}()
		}
		synctest.Wait()
		if refused.Load() != 7 {
			t.Errorf("%d of 10 are refused", refused.Load())
		}
		<-time.After(11 * time.Second)
		if held := config.Bodies.Used(); held != 0 {
			t.Errorf("%d bytes are held when all have been cut off", held)
		}
	})
}

func TestWhatIsNotAdmittedIsNotKept(t *testing.T) {
	for name, body := range map[string]string{
		"a length": "Content-Length: 60000\r\n\r\n" + strings.Repeat("x", 60_000),
		"chunks":   "Transfer-Encoding: chunked\r\n\r\nea60\r\n" + strings.Repeat("x", 60_000) + "\r\n0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				config := config()
				config.Bodies = intake.NewBudget(0)
				config.Admit = func(*fasthttp.RequestCtx) bool { return false }
				conn := serve(t, config, nil)()
				go fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: h\r\n"+body+"POST / HTTP/1.0\r\n\r\n")
				if got, err := io.ReadAll(conn); err != nil || strings.Count(string(got), "\r\n\r\ngot ") != 2 {
					t.Errorf("answered %q, %v", got, err)
				}
			})
		})
	}
}

func TestEachRequestOfAConnectionAsksForItsOwnPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := config()
		config.Handler = func(rc *fasthttp.RequestCtx) {
			fmt.Fprintf(rc, "%s %s %s", rc.Host(), rc.Path(), rc.QueryArgs().Peek("q"))
		}
		conn := serve(t, config, nil)()
		replies := bufio.NewReader(conn)
		for _, asked := range []struct{ host, target, want string }{
			{"a.example", "/x", "a.example /x "},
			{"a.example", "/x", "a.example /x "},
			{"b.example", "/x", "b.example /x "},
			{"b.example", "/y?q=1", "b.example /y 1"},
			{"b.example", "/y?q=1", "b.example /y 1"},
			{"b.example", "/y", "b.example /y "},
			{"b.example", "/" + strings.Repeat("long", 100), "b.example /" + strings.Repeat("long", 100) + " "},
			{"b.example", "/y", "b.example /y "},
		} {
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", asked.target, asked.host)
			reply := new(fasthttp.Response)
			if err := reply.Read(replies); err != nil {
				t.Fatal(err)
			}
			if got := string(reply.Body()); got != asked.want {
				t.Errorf("%s of %s is answered as %q, want %q", asked.target, asked.host, got, asked.want)
			}
		}
	})
}
