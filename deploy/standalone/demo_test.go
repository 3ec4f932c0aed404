package main

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// loopback are the ports of the demo, moved.
var loopback = []string{
	"-listen-admin", "127.0.0.1:0", "-media-listen-rtmp", "127.0.0.1:0", "-media-listen-http", "127.0.0.1:0", "-media-listen-control", "127.0.0.1:0",
}

func TestTheDemoIsAWholePlatformWithAConsole(t *testing.T) {
	var said strings.Builder
	addresses := startSaying(t, &said, "demo", loopback...)
	link := regexp.MustCompile(`http://127\.0\.0\.1:0/#secret=([A-Z2-7]{26})\n`).FindStringSubmatch(said.String())
	if link == nil {
		t.Fatalf("no link to the console is in\n%s", said.String())
	}
	for secret, want := range map[string]int{link[1]: http.StatusOK, "laptop-demo-secret": http.StatusUnauthorized, "": http.StatusUnauthorized} {
		if status, _ := request(t, http.MethodGet, "http://"+addresses["admin"]+"/api/health", "", secret); status != want {
			t.Errorf("with the secret %q the admin API answers %d, want %d", secret, status, want)
		}
	}
	if status, page := request(t, http.MethodGet, "http://"+addresses["admin"]+"/", "", ""); status != http.StatusOK || !strings.Contains(page, "main.js") {
		t.Errorf("the console: %d %s", status, page)
	}
	_, opened := request(t, http.MethodPost, "http://"+addresses["http"]+"/interface.php", `{"Action":"RequestLVBAddr","userid":"tom","groupid":"g1","title":"hello"}`, "")
	if !regexp.MustCompile(`rtmp://127\.0\.0\.1:1935/live/8888_tom\?bizid=8888&txSecret=[0-9a-f]{32}&`).MatchString(opened) {
		t.Errorf("RequestLVBAddr is answered %s", opened)
	}
	for _, listener := range []string{"media rtmp", "media http", "media control"} {
		if addresses[listener] == "" {
			t.Errorf("there is no %s", listener)
		}
	}
}

func TestTheDemoShowsNoSecretOfAnOperator(t *testing.T) {
	var said strings.Builder
	startSaying(t, &said, "demo", append(loopback, "-admin-secret", "an-operators-own-secret")...)
	if strings.Contains(said.String(), "secret=") || strings.Contains(said.String(), "an-operators") {
		t.Errorf("shown is\n%s", said.String())
	}
}

func TestEveryStartOfTheDemoHasOtherKeys(t *testing.T) {
	one, other := demo("a"), demo("a")
	for _, name := range []string{"push-key", "play-key", "callback-key", "media-secret"} {
		if one[name] == other[name] || len(one[name]) < 26 {
			t.Errorf("%s is %q, then %q", name, one[name], other[name])
		}
	}
}

func request(t *testing.T, method, to, body, secret string) (status int, said string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true
	if secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	reply, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, string(text)
}
