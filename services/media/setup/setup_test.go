package setup_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"xiaozhibo.dev/services/media/events"
	"xiaozhibo.dev/services/media/setup"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	pushKey     = "testpushkey"
	playKey     = "testplaykey"
	callbackKey = "testcallbackkey"
	secret      = "0123456789abcdef"
	patience    = 2 * time.Minute
)

// server is the program, run until the test ends or kill.
type server struct {
	t                   *testing.T
	rtmp, http, control string
	gateway             *gateway
	stop                context.CancelFunc
	ended               chan error
}

// gateway hears events and answers as it is told.
type gateway struct {
	*httptest.Server

	mu     sync.Mutex
	heard  []heard
	refuse int // so many events are not answered
	news   chan struct{}
}

type heard struct {
	events.Event
	T    int64  `json:"t"`
	Sign string `json:"sign"`
}

func newGateway(t *testing.T) *gateway {
	g := &gateway{news: make(chan struct{}, 1000)}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var one heard
		if err := json.NewDecoder(r.Body).Decode(&one); err != nil {
			t.Error(err)
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		g.heard = append(g.heard, one)
		g.news <- struct{}{}
		if g.refuse > 0 {
			g.refuse--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, `{"code":0}`)
	}))
	t.Cleanup(g.Close)
	return g
}

// wait returns the events once there are so many.
func (g *gateway) wait(t *testing.T, number int) []heard {
	t.Helper()
	late := time.After(patience)
	for {
		g.mu.Lock()
		all := append([]heard(nil), g.heard...)
		g.mu.Unlock()
		if len(all) >= number {
			return all
		}
		select {
		case <-g.news:
		case <-late:
			t.Fatalf("heard %+v, want %d events", all, number)
		}
	}
}

// start runs the server with keys, over what is in dir.
func start(t *testing.T, g *gateway, dir string, args ...string) *server {
	t.Helper()
	s := &server{t: t, gateway: g, ended: make(chan error, 1)}
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	lines := &listening{found: map[string]string{}, ready: make(chan struct{})}
	args = append([]string{
		"-listen-ops=off", "-media-listen-rtmp=127.0.0.1:0", "-media-listen-http=127.0.0.1:0", "-media-listen-control=127.0.0.1:0",
		"-media-secret=" + secret, "-push-key=" + pushKey, "-play-key=" + playKey, "-callback-key=" + callbackKey,
		"-media-callback-url=" + g.URL + "/callback", "-media-url=http://play.example.com", "-media-dir=" + dir, "-log-level=debug",
	}, args...)
	go func() { s.ended <- setup.Program().Run(ctx, args, io.Discard, lines) }()
	select {
	case <-lines.ready:
	case err := <-s.ended:
		t.Fatalf("the server ended: %v", err)
	case <-time.After(patience):
		t.Fatal("the server is not ready")
	}
	s.rtmp, s.http, s.control = lines.found["media rtmp"], lines.found["media http"], lines.found["media control"]
	t.Cleanup(s.end)
	return s
}

// end stops the server in order. It may be called twice.
func (s *server) end() {
	s.stop()
	select {
	case err, open := <-s.ended:
		if open && err != nil {
			s.t.Error(err)
		}
	case <-time.After(patience):
		s.t.Fatal("the server does not end")
	}
	select {
	case <-s.ended:
	default:
		close(s.ended)
	}
}

// listening reads the addresses out of the log.
type listening struct {
	mu    sync.Mutex
	found map[string]string
	ready chan struct{}
}

func (l *listening) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var line struct{ Msg, Listener, Address string }
	if err := json.Unmarshal(p, &line); err != nil {
		return 0, err
	}
	switch line.Msg {
	case "listening":
		l.found[line.Listener] = line.Address
	case "ready":
		close(l.ready)
	}
	return len(p), nil
}

func signature(key, stream string, expires int64) string {
	t := strings.ToUpper(strconv.FormatInt(expires, 16))
	sum := md5.Sum([]byte(key + stream + t))
	return "txSecret=" + hex.EncodeToString(sum[:]) + "&txTime=" + t
}

func soon() int64 { return time.Now().Add(time.Hour).Unix() }

func (s *server) pushURL(stream string) string {
	return fmt.Sprintf("rtmp://%s/live/%s?bizid=8888&%s", s.rtmp, stream, signature(pushKey, stream, soon()))
}

func (s *server) playURL(stream, ext string) string {
	return fmt.Sprintf("http://%s/live/%s%s?%s", s.http, stream, ext, signature(playKey, stream, soon()))
}

// get asks without keeping the connection, so that none is left when the test ends.
func get(t *testing.T, method, url string, body io.Reader, header ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return answer{response.StatusCode, response.Header, response.Body}
}

// answer is closed when the test ends.
type answer struct {
	status int
	header http.Header
	body   io.Reader
}

// ask is get with the whole answer.
func ask(t *testing.T, method, url, body string, header ...string) (status int, text string) {
	t.Helper()
	got := get(t, method, url, strings.NewReader(body), header...)
	all, err := io.ReadAll(got.body)
	if err != nil {
		t.Fatal(err)
	}
	return got.status, string(all)
}

func (s *server) operate(method, path, body string) (status int, text string) {
	s.t.Helper()
	return ask(s.t, method, "http://"+s.control+path, body, "Authorization", "Bearer "+secret)
}
