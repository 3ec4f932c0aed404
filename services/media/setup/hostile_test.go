package setup_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"xiaozhibo.dev/services/media/mediatest"
)

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// closed waits until the server has closed a connection.
func closed(t *testing.T, conn net.Conn) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, conn); err != nil {
		if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
			t.Error("the connection stays open")
		}
	}
}

func TestGarbageIsClosed(t *testing.T) {
	s := start(t, newGateway(t), t.TempDir())
	random := make([]byte, 100_000)
	source := rand.NewChaCha8([32]byte{1})
	source.Read(random)
	greeting := append([]byte{3}, make([]byte, 3072)...)
	for name, sent := range map[string][]byte{
		"HTTP":                    []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
		"noise":                   random,
		"noise behind a greeting": append(bytes.Clone(greeting), random...),
		"encrypted":               append([]byte{6}, make([]byte, 1536)...),
		"a message of 16 MiB":     append(bytes.Clone(greeting), 3, 0, 0, 0, 0xFF, 0xFF, 0xFF, 20, 0, 0, 0, 0),
		"chunks of 16 MiB":        append(bytes.Clone(greeting), 2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 1, 0, 0, 0),
		"chunks of one byte":      append(bytes.Clone(greeting), 2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1),
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, s.rtmp)
			_, _ = conn.Write(sent)
			closed(t, conn)
		})
	}
}

func TestAStrangersConnectionsKeepNobodyOut(t *testing.T) {
	g := newGateway(t)
	s := start(t, g, t.TempDir())
	for range 1000 { // half open: they say nothing, and most are closed at once
		dial(t, s.rtmp)
	}
	// 16 of them wait for their end. One from another address, here another of loopback, is heard.
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	conn, err := dialer.DialContext(t.Context(), "tcp", s.rtmp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = conn.Write(append([]byte{3}, make([]byte, 1536)...))
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(conn, make([]byte, 1+2*1536)); err != nil {
		t.Errorf("it is not greeted: %v", err)
	}
}

func TestAnnouncedMessagesCostNoMemory(t *testing.T) {
	s := start(t, newGateway(t), t.TempDir())
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 16 {
		conn := dial(t, s.rtmp)
		sent := append([]byte{3}, make([]byte, 3072)...)
		sent = append(sent, 2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0x0F, 0xFF, 0xFF) // chunks of 1 MiB
		for stream := byte(3); stream < 64; stream++ {                               // and of each, a video of 1 MiB begins
			sent = append(sent, stream, 0, 0, 0, 0x0F, 0xFF, 0xFF, 9, 0, 0, 0, 0)
		}
		_, _ = conn.Write(sent)
		closed(t, conn)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
		t.Errorf("%d MiB were made room for", grown>>20)
	}
}

func TestASlowPlayerIsCutOffAndSlowsNobody(t *testing.T) {
	g := newGateway(t)
	s := start(t, g, t.TempDir(), "-media-max-push-rate=16777216")
	encoder := mediatest.Start(t, s.pushURL("8888_tom"))
	if err := encoder.Second(1000); err != nil {
		t.Fatal(err)
	}
	g.wait(t, 1)
	slow := get(t, http.MethodGet, s.playURL("8888_tom", ".flv"), nil) // and reads nothing
	fast := get(t, http.MethodGet, s.playURL("8888_tom", ".flv"), nil)
	const second = 25 * 60_000 // bytes of pictures
	const sent = 30 * second
	for range 30 { // on a machine that is busy too it reads each before the next is sent
		if err := encoder.Second(60_000); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, fast.body, second); err != nil {
			t.Fatalf("the fast player: %v", err)
		}
	}
	encoder.Close()
	n, _ := io.Copy(io.Discard, slow.body)
	if n >= sent {
		t.Errorf("the slow player got all %d bytes", n)
	}
}

func TestThereAreNoMorePushesAndPlayersThanMayBe(t *testing.T) {
	g := newGateway(t)
	s := start(t, g, t.TempDir(), "-media-max-pushes=1", "-media-max-players=2")
	encoder := mediatest.Start(t, s.pushURL("8888_tom"))
	if err := encoder.Second(100); err != nil {
		t.Fatal(err)
	}
	g.wait(t, 1)
	if _, err := mediatest.Push(t.Context(), s.pushURL("8888_tim")); err == nil {
		t.Error("a second stream is pushed")
	}
	for range 2 {
		if status := get(t, http.MethodGet, s.playURL("8888_tom", ".flv"), nil).status; status != http.StatusOK {
			t.Fatal(status)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.playURL("8888_tom", ".flv"), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true
	if response, err := http.DefaultTransport.RoundTrip(request); err == nil {
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			t.Error("a third player plays")
		}
	}
}

// from asks once from an address of loopback, and returns the status, or 0 if the connection was closed.
func from(t *testing.T, ip net.IP, url string) (status int, body io.Reader) {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: ip}}
	transport := &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, nil
	}
	t.Cleanup(func() { response.Body.Close() })
	return response.StatusCode, response.Body
}

func TestOneAddressTakesNotAllConnectionsOfPlayers(t *testing.T) {
	g := newGateway(t)
	s := start(t, g, t.TempDir(), "-media-max-players=5", "-media-max-connections-per-address=2")
	encoder := mediatest.Start(t, s.pushURL("8888_tom"))
	if err := encoder.Second(100); err != nil {
		t.Fatal(err)
	}
	g.wait(t, 1)
	greedy, other := net.IPv4(127, 0, 0, 2), net.IPv4(127, 0, 0, 3)
	for range 2 {
		if status, _ := from(t, greedy, s.playURL("8888_tom", ".flv")); status != http.StatusOK {
			t.Fatal(status)
		}
	}
	if status, _ := from(t, greedy, s.playURL("8888_tom", ".m3u8")); status != 0 {
		t.Errorf("a third connection of one address got %d", status)
	}
	if status, _ := from(t, other, s.playURL("8888_tom", ".flv")); status != http.StatusOK {
		t.Errorf("another address got %d", status)
	}
}
