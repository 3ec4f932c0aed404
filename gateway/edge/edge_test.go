package edge_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/edge"
)

func TestEveryMethodAndTypeIsAnsweredWith200AndAnEnvelope(t *testing.T) {
	base := serve(t, edge.Config{})
	for _, path := range []string{"/", "/interface.php"} {
		for _, contentType := range []string{"", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"} {
			status, header, body := do(t, http.MethodPost, base+path, userInfo, "Content-Type", contentType)
			if status != 200 || !strings.HasPrefix(body, `{"returnValue":0,`) || header.Get("Content-Type") != jsonReply {
				t.Errorf("POST %s of %q: %d %q %.60s", path, contentType, status, header.Get("Content-Type"), body)
			}
		}
		for _, method := range []string{"GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "FOO"} {
			if status, _, body := do(t, method, base+path, userInfo); status != 200 || !strings.HasPrefix(body, badBody) {
				t.Errorf("%s %s: %d %.60s", method, path, status, body)
			}
		}
		if status, _, body := do(t, "HEAD", base+path, ""); status != 200 || body != "" {
			t.Errorf("HEAD %s: %d %q", path, status, body)
		}
	}
	if status, _, _ := do(t, http.MethodPost, base+"/elsewhere", userInfo); status != 404 {
		t.Errorf("an unknown path: %d, want 404", status)
	}
}

func TestWhatIsTooLargeIsAnsweredAll(t *testing.T) {
	base := serve(t, edge.Config{})
	for _, length := range []int{65537, 1 << 20, 1<<20 + 1, 8 << 20} {
		status, _, body := do(t, http.MethodPost, base, strings.Repeat(" ", length))
		if status != 200 || !strings.HasPrefix(body, badBody) {
			t.Errorf("a body of %d bytes: %d %.80s", length, status, body)
		}
		if status, _, _ := do(t, http.MethodPost, base+"/callback", strings.Repeat(" ", length)); status != 400 && status != 413 {
			t.Errorf("an event of %d bytes: %d", length, status)
		}
	}
	status, _, body := do(t, http.MethodPost, base, userInfo, "X-Large", strings.Repeat("x", 20_000))
	if status != 200 || !strings.HasPrefix(body, badBody) {
		t.Errorf("a header of 20,000 bytes: %d %.80s", status, body)
	}
}

func TestARateLimitAnswers4003(t *testing.T) {
	base := serve(t, edge.Config{RateLimit: 2})
	for range 200 {
		status, _, body := do(t, http.MethodPost, base, userInfo)
		if status != 200 {
			t.Fatalf("status %d, want 200", status)
		}
		if strings.HasPrefix(body, `{"returnValue":4003,`) {
			return
		}
	}
	t.Error("two requests a second, and 200 are let through")
}

func TestCallbacksUseOrdinaryStatuses(t *testing.T) {
	base := serve(t, edge.Config{})
	for _, path := range []string{"/callback", "/callback/Live_callback.php"} {
		for _, test := range []struct {
			method, body string
			want         int
		}{{"POST", `{"event_type":1,"stream_id":"s"}`, 200}, {"POST", `[]`, 400}, {"GET", "", 405}, {"FOO", "{}", 405}} {
			if status, _, body := do(t, test.method, base+path, test.body); status != test.want {
				t.Errorf("%s %s of %s: %d %s, want %d", test.method, path, test.body, status, body, test.want)
			}
		}
	}
}

func TestPipelinedRequestsOnOneConnectionAreAnsweredInOrder(t *testing.T) {
	base := serve(t, edge.Config{})
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, body := range []string{userInfo, `{"Action":"GetCOSSign"}`} {
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	replies := bufio.NewReader(conn)
	for _, want := range []string{`"userid":"tom"`, `"sign":`} {
		resp, err := http.ReadResponse(replies, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("answered %s, %v, want %s in it", body, err, want)
		}
	}
}
