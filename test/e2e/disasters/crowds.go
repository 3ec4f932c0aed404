package disasters

import (
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

// strangers is how many are in a crowd: each has a connection and sends little on it. One crowd
// announces 300 MB.
const strangers = 300

// crowdGrowth is how much memory, in bytes, all crowds together may take from the gateway. The race detector keeps
// several bytes for each of the program's.
func crowdGrowth() float64 {
	if deployments.RaceEnabled {
		return 256 << 20
	}
	return 64 << 20
}

const crowdIdle = 4 * time.Second

// Crowds hold many connections, on a server of their own.
func Crowds(t *testing.T, start client.Starter) {
	server := start(t, map[string]string{"XZB_IDLE_TIMEOUT": crowdIdle.String(), "XZB_MAX_CONNECTIONS": strconv.Itoa(7 * strangers)})
	base, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	if base.Scheme != "http" {
		t.Skip("a crowd in TLS is another matter")
	}
	const post = "POST /interface.php HTTP/1.1\r\nHost: live.example\r\n"
	kinds := []struct {
		name, sent string
		ends       string // what the reply begins with, "" is silence
	}{
		{"say nothing", "", ""},
		{"announce as much as may be", post + "Content-Length: 65536\r\n\r\n", `{"returnValue":4001,`},
		{"announce a megabyte", post + "Content-Length: 1048576\r\n\r\n", `{"returnValue":4001,`},
		{"announce a chunk", post + "Transfer-Encoding: chunked\r\n\r\n10000\r\n", `{"returnValue":4001,`},
		{"stop in the header", post + "X: ", `{"returnValue":4001,`},
		{"are kept alive", post + "Content-Length: 2\r\n\r\n{}", `{"returnValue":1000,`},
	}
	before := residentMemory(t, server)
	began := time.Now()
	conns := map[string][]net.Conn{}
	for _, kind := range kinds {
		for range strangers {
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", base.Host)
			if err != nil {
				t.Fatalf("those who %s: %v", kind.name, err)
			}
			t.Cleanup(func() { conn.Close() })
			io.WriteString(conn, kind.sent)
			conns[kind.name] = append(conns[kind.name], conn)
		}
	}
	c := client.New(t, server)
	a := c.OnlineAnchor() // everybody else is answered
	a.Like(1)
	a.MustBeListed("amid crowds")
	if took := time.Since(began); took > 8*time.Second {
		t.Logf("the crowds came in %v: some are gone again", took)
	}
	if grown := residentMemory(t, server) - before; before > 0 && grown > crowdGrowth() {
		t.Errorf("%d connections took %.0f MB", len(kinds)*strangers, grown/(1<<20))
	}
	for _, kind := range kinds {
		for _, conn := range conns[kind.name] {
			conn.SetReadDeadline(time.Now().Add(2 * time.Minute))
			got, err := io.ReadAll(conn)
			if err != nil || strings.Count(string(got), `"returnValue"`) > 1 || (kind.ends == "") != (len(got) == 0) || !strings.Contains(string(got), kind.ends) {
				t.Errorf("those who %s read %.300q, %v", kind.name, got, err)
				break
			}
		}
	}
}

// residentMemory is that of the gateway, in bytes; 0 if it cannot be known.
func residentMemory(t *testing.T, server client.Server) float64 {
	t.Helper()
	if server.OpsURL() == "" {
		return 0
	}
	_, metrics, err := client.Get(t.Context(), server.OpsURL()+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(metrics) {
		if value, ok := strings.CutPrefix(line, "process_resident_memory_bytes "); ok {
			bytes, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			return bytes
		}
	}
	return 0
}
