package cases

import (
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// holdUpNobody checks that a small page is answered before clients that send half a request, and dawdle, are cut off:
// what comes first is asked, not how long it takes. On a machine that is busy they may be cut off first; then others come.
func holdUpNobody(t *testing.T, server client.Server) {
	base, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	if base.Scheme != "http" {
		t.Skip("dawdling in TLS is another matter")
	}
	c := client.New(t, server)
	const tries, slow = 10, 16
	for range tries {
		var conns []net.Conn
		for range slow {
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", base.Host)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			if _, err := io.WriteString(conn, "POST /interface.php HTTP/1.1\r\nHost: live.example\r\nContent-Length: 60000\r\n\r\n{"); err != nil {
				t.Fatal(err)
			}
			conns = append(conns, conn)
		}
		c.List(client.FlagLive, 1, 1)
		if areOpen(conns) {
			return
		}
	}
	t.Errorf("%d times a small page was answered only when slow clients had been cut off", tries)
}

// areOpen tells whether a server has said nothing on connections, and closed none.
func areOpen(conns []net.Conn) bool {
	for _, conn := range conns {
		conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			return false
		}
	}
	return true
}
