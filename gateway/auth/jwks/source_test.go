package jwks_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/auth/jwks"
)

func TestASourceIsAFileOrAURL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(path, []byte("keys"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			_, _ = w.Write([]byte("keys"))
		case "/long":
			_, _ = w.Write(make([]byte, jwks.MaxSize+1))
		case "/moved":
			http.Redirect(w, r, "/", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	for source, want := range map[string]string{
		path: "", server.URL + "/": "", server.URL + "/moved": "",
		path + ".none": "no such file", server.URL + "/none": "the answer is 404", server.URL + "/long": "longer than",
		server.URL + "/round": "too many redirects", "http://127.0.0.1:1/?token=hunter2": "refused",
	} {
		data, err := jwks.Reader(source)(t.Context())
		if want == "" {
			if err != nil || string(data) != "keys" {
				t.Errorf("%s: %q, %v", source, data, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
}

// Whoever can answer for http could change the keys on their way.
func TestNoRedirectLeadsFromHTTPSToHTTP(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("keys")) }))
	defer plain.Close()
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer secure.Close()
	before := http.DefaultTransport
	http.DefaultTransport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}}
	defer func() { http.DefaultTransport = before }()
	if _, err := jwks.Reader(secure.URL)(t.Context()); err == nil || !strings.Contains(err.Error(), "from https to http") {
		t.Errorf("got %v", err)
	}
}

func TestALogShowsNoPasswordOfAURL(t *testing.T) {
	if got := jwks.PublicName("https://user:hunter2@id.example.com/jwks?key=hunter2"); got != "https://id.example.com/jwks" {
		t.Error(got)
	}
	if got := jwks.PublicName("/etc/jwks.json"); got != "/etc/jwks.json" {
		t.Error(got)
	}
	if jwks.CheckURL("https:///jwks") == nil || jwks.CheckURL("https://id.example.com/jwks") != nil {
		t.Error("a URL has a host")
	}
}
