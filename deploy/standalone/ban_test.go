package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"xiaozhibo.dev/services/media/mediatest"
)

const operatorsSecret = "sixteen-and-more"

// banned is a server with a media server that the gateway reaches through a proxy, whose
// address is known before the server has one.
type banned struct {
	t         *testing.T
	addresses map[string]string
	down      atomic.Bool // the media server's control listener cannot be reached
}

func newBanned(t *testing.T) *banned {
	t.Helper()
	b := &banned{t: t}
	var control atomic.Pointer[httputil.ReverseProxy]
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if proxy := control.Load(); proxy != nil && !b.down.Load() {
			proxy.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(front.Close)
	b.addresses = start(t, "-bizid", "8888", "-push-domain", "push.example.com", "-play-domain", "play.example.com",
		"-push-key", "testpushkey", "-callback-key", "testcallbackkey",
		"-media-listen-rtmp", "127.0.0.1:0", "-media-listen-control", "127.0.0.1:0", "-media-secret", operatorsSecret,
		"-platform", "media", "-platform-url", front.URL, "-platform-secret-key", operatorsSecret, "-platform-poll", "1h",
		"-listen-admin", "127.0.0.1:0", "-admin-secret", operatorsSecret)
	control.Store(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: b.addresses["media control"]}))
	return b
}

func (b *banned) ask(method, path, body string) (int, string) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, "http://"+b.addresses["admin"]+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+operatorsSecret)
	request.Close = true
	reply, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer reply.Body.Close()
	said, err := io.ReadAll(reply.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply.StatusCode, string(said)
}

// pushURL opens a session of tom and returns where the media server takes its push.
func (b *banned) pushURL() string {
	b.t.Helper()
	_, said := b.ask("POST", "/api/action", `{"Action":"RequestLVBAddr","userid":"tom","groupid":"g1","title":"hello"}`)
	var reply struct{ ReturnData struct{ PushURL string } }
	if err := json.Unmarshal([]byte(said), &reply); err != nil || reply.ReturnData.PushURL == "" {
		b.t.Fatalf("RequestLVBAddr: %s, %v", said, err)
	}
	return strings.Replace(reply.ReturnData.PushURL, "push.example.com", b.addresses["media rtmp"], 1)
}

func (b *banned) want(method, path, body, want string) {
	b.t.Helper()
	if status, said := b.ask(method, path, body); status != http.StatusOK || !strings.Contains(said, want) {
		b.t.Errorf("%s %s: %d %s, want %s", method, path, status, said, want)
	}
}

func ban(until time.Time) string {
	return fmt.Sprintf(`{"user":"tom","until":%d,"going_live":true,"reason":"spam"}`, until.UnixMilli())
}

func TestABanEndsThePushAndRefusesTheNextOne(t *testing.T) {
	b := newBanned(t)
	to := b.pushURL()
	encoder := mediatest.Start(t, to)
	if err := encoder.Second(100); err != nil {
		t.Fatal(err)
	}
	b.want("POST", "/api/end", `{"user":"tom"}`, `"platform":"done"`)
	if err := encoder.Ended(); err != nil {
		t.Errorf("the push of a room that was ended goes on: %v", err)
	}
	encoder = mediatest.Start(t, b.pushURL()) // the anchor may go on
	if err := encoder.Second(100); err != nil {
		t.Fatal(err)
	}
	b.want("PUT", "/api/bans", ban(time.Now().Add(365*24*time.Hour)), `{"platform":"done"}`)
	if err := encoder.Ended(); err != nil {
		t.Errorf("the push of a banned user goes on: %v", err)
	}
	if pushed, err := mediatest.Push(t.Context(), to); err == nil {
		pushed.Close()
		t.Error("a banned user pushes")
	}
	b.want("DELETE", "/api/bans", `{"user":"tom"}`, `{"platform":"done"}`)
	mediatest.Start(t, to)
}

func TestABanHoldsWhereThePlatformFailsAndSaysSo(t *testing.T) {
	b := newBanned(t)
	to := b.pushURL()
	encoder := mediatest.Start(t, to)
	if err := encoder.Second(100); err != nil {
		t.Fatal(err)
	}
	b.down.Store(true)
	b.want("PUT", "/api/bans", ban(time.Now().Add(time.Hour)), `"platform":"failed","platform_error":"the live platform`)
	b.want("GET", "/api/bans", "", `"user":"tom"`)
	b.want("GET", "/api/audit", "", `"what":"platform","user":"tom","detail":"the live platform`)
	b.down.Store(false)
	b.want("PUT", "/api/bans", ban(time.Now().Add(time.Hour)), `{"platform":"done"}`) // once more
	if err := encoder.Ended(); err != nil {
		t.Errorf("the push of a banned user goes on: %v", err)
	}
}
