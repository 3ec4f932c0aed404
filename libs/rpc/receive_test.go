package rpc_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/libs/telemetry"
)

func TestWhatIsNoCallDoesNotReachItsMethod(t *testing.T) {
	var bomb bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	for range rpc.MaxBody>>20 + 1 {
		zipped.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	zipped.Close()
	long := `"` + strings.Repeat("a", rpc.MaxBody) + `"`
	for name, test := range map[string]struct {
		body     io.Reader
		encoding string
	}{
		"too long":               {strings.NewReader(long), ""},
		"compressed":             {&bomb, "gzip"},
		"encoded but not at all": {strings.NewReader(`"a"`), "identity"},
	} {
		t.Run(name, func(t *testing.T) {
			method := rpc.Handle("notes.Echo", func(context.Context, string) (string, error) {
				t.Error("the method was called")
				return "", nil
			})
			req := httptest.NewRequest(http.MethodPost, "/rpc/notes.Echo", test.body)
			if test.encoding != "" {
				req.Header.Set("Content-Encoding", test.encoding)
			}
			resp, err := rpc.NewApp(&lifecycle.Health{}, nil, telemetry.Discard(), method).Test(req, -1)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if got, err := io.ReadAll(resp.Body); resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(got), `"code":"invalid"`) {
				t.Errorf("answered %d %s, %v", resp.StatusCode, got, err)
			}
		})
	}
}

func TestABodyInChunksIsReadUpToTheLimit(t *testing.T) {
	method := rpc.Handle("notes.Echo", func(_ context.Context, text string) (int, error) { return len(text), nil })
	url := "http://" + rpctest.Listen(t, method) + "/rpc/notes.Echo"
	for length, want := range map[int]string{100_000: "100000", rpc.MaxBody - 2: "16777214", rpc.MaxBody - 1: `{"code":"invalid"`} {
		body := struct{ io.Reader }{strings.NewReader(`"` + strings.Repeat("a", length) + `"`)} // its length is not announced
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
		if err != nil {
			t.Fatal(err)
		}
		transport := &http.Transport{}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatalf("%d bytes: %v", length, err)
		}
		if got, err := io.ReadAll(resp.Body); !strings.HasPrefix(string(got), want) || err != nil {
			t.Errorf("%d bytes are answered %s, %v", length, got, err)
		}
		resp.Body.Close()
		transport.CloseIdleConnections()
	}
}

func TestAnAnnouncedBodyHasNoMemory(t *testing.T) {
	address := rpctest.Listen(t, wellMethod)
	before := heap()
	for range 200 {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		fmt.Fprintf(conn, "POST /rpc/notes.Echo HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", rpc.MaxBody)
	}
	wantCalls(t, dial(t, address), 1) // after them
	if grown := heap() - before; grown > 20<<20 {
		t.Errorf("200 headers take %d MiB", grown>>20)
	}
}

func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
