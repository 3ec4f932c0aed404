package edge_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/goleak"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/lifecycle"
)

func TestMain(m *testing.M) {
	// fasthttp and fiber's limiter keep goroutines after shutdown; none is ours.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
		goleak.IgnoreAnyFunction("github.com/gofiber/fiber/v2/internal/memory.(*Storage).gc"),
		goleak.IgnoreAnyFunction("github.com/gofiber/fiber/v2/utils.StartTimeStampUpdater.func1.1"),
		goleak.IgnoreAnyFunction("github.com/gofiber/fiber/v2/internal/memory.New.StartTimeStampUpdater.func1.1"), // the same, inlined
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp/stackless.funcWorker"))
}

const (
	userInfo  = `{"Action":"GetUserInfo","userid":"tom","type":0}`
	badBody   = `{"returnValue":4001,`
	jsonReply = "application/json; charset=utf-8"
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

func TestGzipIsSentOnlyToThoseWhoAskForIt(t *testing.T) {
	fakes := gatewaytest.World()
	fakes.Room.PagesFunc = func([]room.Query) ([]room.Page, error) {
		return []room.Page{{Total: 100, Members: make([]room.Member, 100)}}, nil
	}
	base := serveFakes(t, edge.Config{}, fakes, &lifecycle.Health{})
	long := `{"Action":"FetchGroupMemberList","liveuserid":"tom","groupid":"g1","pageno":1,"pagesize":100}`
	for accept, want := range map[string]string{
		"gzip": "gzip", "deflate, gzip;q=0.5": "gzip", "GZIP": "gzip", "br, gzip": "gzip",
		"": "", "br": "", "identity": "", "gzip;q=0": "", "*": "", "deflate": "", "xgzip": "",
	} {
		_, header, _ := do(t, http.MethodPost, base, long, "Accept-Encoding", accept)
		if got := header.Get("Content-Encoding"); got != want {
			t.Errorf("to those who accept %q %q is sent, want %q", accept, got, want)
		}
	}
	if _, header, _ := do(t, http.MethodPost, base, `{"Action":"GetCOSSign"}`, "Accept-Encoding", "gzip"); header.Get("Content-Encoding") != "" {
		t.Error("a body that fits one packet is compressed")
	}
}

func TestPagesOfConfiguredOriginsMayCall(t *testing.T) {
	const share = "https://share.example.com"
	base := serve(t, edge.Config{CORSOrigins: []string{share, "http://localhost:3000"}})
	preflight := func(origin string) (int, http.Header) {
		status, header, _ := do(t, http.MethodOptions, base, "", "Origin", origin,
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
		return status, header
	}
	status, header := preflight(share)
	if status != 204 || header.Get("Access-Control-Allow-Origin") != share || !strings.Contains(header.Get("Access-Control-Allow-Methods"), "POST") ||
		!strings.EqualFold(header.Get("Access-Control-Allow-Headers"), "content-type") || !strings.Contains(header.Get("Vary"), "Origin") {
		t.Errorf("the pre-flight of a configured origin: %d %v", status, header)
	}
	_, header, body := do(t, http.MethodPost, base, userInfo, "Origin", share)
	if header.Get("Access-Control-Allow-Origin") != share || !strings.HasPrefix(body, `{"returnValue":0,`) {
		t.Errorf("the request of a configured origin: %v %.60s", header, body)
	}
	for _, origin := range []string{"https://evil.example.com", "null", share + ".evil.com", "http://share.example.com"} {
		if _, header := preflight(origin); header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("the pre-flight of %s is granted %v", origin, header)
		}
		if _, header, _ := do(t, http.MethodPost, base, userInfo, "Origin", origin); header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("the request of %s is granted %v", origin, header)
		}
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

func TestBadConfigurationsNameTheirKeys(t *testing.T) {
	good := edge.Config{ListenHTTP: ":0", ActionTimeout: 1}
	if err := good.Check(); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	for key, spoil := range map[string]func(*edge.Config){
		"listen_http":     func(c *edge.Config) { c.ListenHTTP = "" },
		"listen_https":    func(c *edge.Config) { c.ListenHTTPS = ":0" },
		"tls_cert_file":   func(c *edge.Config) { c.ListenHTTPS, c.TLSCertFile, c.TLSKeyFile = ":0", "absent", "absent" },
		"action_timeout":  func(c *edge.Config) { c.ActionTimeout = 0 },
		"rate_limit":      func(c *edge.Config) { c.RateLimit = -1 },
		"cors_origins":    func(c *edge.Config) { c.CORSOrigins = []string{"*"} },
		"trusted_proxies": func(c *edge.Config) { c.TrustedProxies = []string{"proxy"} },
	} {
		config := good
		spoil(&config)
		if err := config.Check(); err == nil || !strings.Contains(err.Error(), key+":") {
			t.Errorf("a bad %s: %v", key, err)
		}
	}
}

func serve(t *testing.T, config edge.Config) (base string) {
	t.Helper()
	return serveFakes(t, config, gatewaytest.World(), &lifecycle.Health{})
}

func serveFakes(tb testing.TB, config edge.Config, fakes gatewaytest.Fakes, health *lifecycle.Health) (base string) {
	tb.Helper()
	log := slog.New(slog.DiscardHandler)
	config.ListenHTTP, config.ActionTimeout = "127.0.0.1:0", 1e10
	metrics, err := edge.NewMetrics(noop.Meter{})
	if err != nil {
		tb.Fatal(err)
	}
	actions := action.New(fakes.Services(), log)
	front := edge.New(config, actions, event.New(fakes.Stream, fakes.Signing, log), metrics, health, log)
	listeners, err := front.Listen(tb.Context(), nil)
	if err != nil {
		tb.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- front.Serve(listeners[0]) }()
	tb.Cleanup(func() {
		client.CloseIdleConnections()
		if err := front.Shutdown(tb.Context()); err != nil && tb.Context().Err() == nil {
			tb.Errorf("shut down: %v", err)
		}
		if err := <-done; err != nil {
			tb.Errorf("serve: %v", err)
		}
		actions.Close()
	})
	return "http://" + listeners[0].Addr().String()
}

// client sends what it is told and adds nothing.
var client = &http.Transport{DisableCompression: true}

func do(t *testing.T, method, url, body string, header ...string) (status int, got http.Header, reply string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i+1] != "" {
			req.Header.Set(header[i], header[i+1])
		}
	}
	resp, err := client.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s with %d bytes: %v", method, url, len(body), err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s with %d bytes: %v", method, url, len(body), err)
	}
	return resp.StatusCode, resp.Header, string(raw)
}
