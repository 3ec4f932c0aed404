package edge_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/edge"
)

// The live platform takes every 200 for done, and sends all else again.
func TestAnEventThatCannotBeReadIsNotAnswered200(t *testing.T) {
	base := serve(t, edge.Config{})
	for name, test := range map[string]struct {
		request string
		want    int
	}{
		"two lengths":               {"POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
		"a length that is none":     {"POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n{}", 400},
		"a long header":             {"POST %s HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", 20_000) + "\r\n\r\n", 400},
		"a line without a protocol": {"POST %s\r\nHost: h\r\n\r\n", 400},
		"a protocol that is none":   {"POST %s HTTQ/1.1\r\nHost: h\r\n\r\n", 400},
		"a header without a name":   {"POST %s HTTP/1.1\r\nHost: h\r\n: y\r\n\r\n", 400},
		"a broken chunk":            {"POST %s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400},
		"both framings":             {"POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: gzip\r\n\r\n{}", 400},
		"a length over the limit":   {"POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n", 400},
		"chunks over the limit":     {"POST %s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n" + strings.Repeat(" ", 65537) + "\r\n0\r\n\r\n", 400},
	} {
		for _, path := range []string{"/callback", "/Callback/Live_callback.php", "http://h/callback", "/callback?x=1"} {
			t.Run(name+" "+path, func(t *testing.T) {
				conn := dial(t, base)
				fmt.Fprintf(conn, test.request, path)
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				if resp.StatusCode != test.want || err != nil || !resp.Close || !strings.Contains(string(body), fmt.Sprintf(`"code":%d`, test.want)) {
					t.Errorf("answered %d %s, %v", resp.StatusCode, body, err)
				}
			})
		}
	}
}

func TestEventsAreUnderTheRateLimit(t *testing.T) {
	base := serve(t, edge.Config{RateLimit: 2})
	refused := 0
	for range 100 {
		switch status, _, body := do(t, http.MethodPost, base+"/callback", `{"event_type":1,"stream_id":"s"}`); {
		case status == http.StatusTooManyRequests && strings.Contains(body, `"code":429`):
			refused++
		case status != http.StatusOK:
			t.Fatalf("answered %d %s", status, body)
		}
	}
	if refused == 0 {
		t.Error("two requests a second, and 100 are let through")
	}
}
