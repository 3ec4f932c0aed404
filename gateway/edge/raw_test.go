package edge_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/gateway/edge"
)

// Clients on sockets of their own, who write everything before they read.
func TestARefusedClientWhoWritesEverythingFirstReadsWhy(t *testing.T) {
	base := serve(t, edge.Config{})
	const post = "POST /interface.php HTTP/1.1\r\nHost: h\r\n"
	sized := func(length int) string {
		return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", post, length, strings.Repeat(" ", length))
	}
	chunk := fmt.Sprintf("10000\r\n%s\r\n", strings.Repeat(" ", 0x10000))
	for name, request := range map[string]string{
		"one byte too many":       sized(65537),
		"just what is read":       sized(1 << 20),
		"more than is read":       sized(1<<20 + 1),
		"far more than is read":   sized(8 << 20),
		"far too many chunks":     post + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat(chunk, 128) + "0\r\n\r\n",
		"a broken chunk":          post + "Transfer-Encoding: chunked\r\n\r\nx\r\n" + strings.Repeat(" ", 100_000),
		"does not wait for 100":   post + "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n" + strings.Repeat(" ", 2_000_000),
		"a large header":          post + "X-Large: " + strings.Repeat("x", 1<<20) + "\r\n\r\n",
		"many headers":            post + strings.Repeat("X: y\r\n", 100_000) + "\r\n",
		"a large path":            "POST /" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\nHost: h\r\n\r\n",
		"no HTTP":                 strings.Repeat("\x16\x03\x01\n\n", 20_000),
		"a negative length":       post + "Content-Length: -1\r\n\r\n" + userInfo,
		"a length that is none":   post + "Content-Length: x\r\n\r\n" + userInfo,
		"no host":                 "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
		"a header without a name": post + ": y\r\n\r\n" + userInfo,
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, base)
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatalf("write: %v", err)
			}
			mustRefuse(t, conn)
		})
	}
}

func TestARefusedClientIsNotWaitedFor(t *testing.T) {
	base := serve(t, edge.Config{})
	conn := dial(t, base)
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", 1<<30)
	mustRefuse(t, conn) // before he has sent any of it
}

func TestOldClientsAreAnswered(t *testing.T) {
	base := serve(t, edge.Config{})
	for name, request := range map[string]string{
		"HTTP/1.0":          "POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s",
		"an absolute path":  "POST http://h/interface.php HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
		"an awaited 100":    "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
		"lower-case header": "POST / HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s",
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, base)
			fmt.Fprintf(conn, request, len(userInfo), userInfo)
			reply, err := io.ReadAll(conn)
			if err != nil || !strings.Contains(string(reply), " 200 OK\r\n") || !strings.Contains(string(reply), `{"returnValue":0,`) {
				t.Errorf("read %.200q, %v", reply, err)
			}
		})
	}
}

func dial(t *testing.T, base string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// mustRefuse reads a full envelope with 4001, and the end of the connection if it
// tells of one.
func mustRefuse(t *testing.T, conn net.Conn) {
	t.Helper()
	replies := bufio.NewReader(conn)
	resp, err := http.ReadResponse(replies, nil)
	if err == nil && resp.StatusCode == http.StatusContinue {
		resp, err = http.ReadResponse(replies, nil)
	}
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.HasPrefix(string(body), badBody) || !strings.HasSuffix(string(body), `,"returnData":{}}`) {
		t.Errorf("answered %d %.200s, %v", resp.StatusCode, body, err)
	}
	if resp.Header.Get("Content-Type") != jsonReply {
		t.Errorf("the reply is of type %q", resp.Header.Get("Content-Type"))
	}
	if !resp.Close {
		return // it was read to its end
	}
	if rest, err := io.ReadAll(replies); len(rest) > 0 || err != nil {
		t.Errorf("after the reply: %.100q, %v", rest, err)
	}
}

func TestAnAnnouncedBodyHasNoMemory(t *testing.T) {
	for name, request := range map[string]string{
		"a length":            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n",
		"a length, and 100":   "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 65536\r\n\r\n",
		"a chunk":             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n",
		"an event":            "POST /callback HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n",
		"a length over limit": "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			base, before := serve(t, edge.Config{}), heap()
			const connections = 300
			for range connections {
				fmt.Fprint(dial(t, base), request)
			}
			if status, _, _ := do(t, http.MethodPost, base, userInfo); status != http.StatusOK { // after them
				t.Errorf("another is answered %d", status)
			}
			if each := (heap() - before) / connections; each > 12<<10 {
				t.Errorf("each takes %d bytes", each)
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
