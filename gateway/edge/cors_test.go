package edge_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/edge"
)

const share = "https://share.example.com"

func TestThePreflightOfAConfiguredOriginIsGranted(t *testing.T) {
	base := serve(t, edge.Config{CORSOrigins: []string{share, "http://localhost:3000"}})
	for _, origin := range []string{share, "http://localhost:3000"} {
		status, header, body := preflight(t, base, origin)
		if status != http.StatusNoContent || body != "" {
			t.Errorf("answered %d %q", status, body)
		}
		if header.Get("Access-Control-Allow-Methods") != "POST" || header.Get("Access-Control-Allow-Headers") != "content-type" {
			t.Errorf("granted %v", header)
		}
		mustEcho(t, origin, header)
	}
}

func TestAConfiguredOriginMayReadWhateverIsAnswered(t *testing.T) {
	base := serve(t, edge.Config{CORSOrigins: []string{share}, RateLimit: 3})
	for range 10 { // some of them are too many
		for _, body := range []string{userInfo, "", "{}"} {
			status, header, body := do(t, http.MethodPost, base, body, "Origin", share)
			if status != http.StatusOK || !strings.HasPrefix(body, `{"returnValue":`) {
				t.Errorf("answered %d %s", status, body)
			}
			mustEcho(t, share, header)
		}
	}
}

func TestOtherOriginsAreGrantedNothing(t *testing.T) {
	for _, configured := range [][]string{{share}, nil} {
		base := serve(t, edge.Config{CORSOrigins: configured})
		for _, origin := range []string{"https://evil.example.com", share + ".evil.com", "http://share.example.com", share + ":444", "null", "*", ""} {
			status, header, body := preflight(t, base, origin)
			if status != http.StatusOK || !strings.HasPrefix(body, badBody) {
				t.Errorf("the pre-flight of %q is answered %d %s", origin, status, body)
			}
			mustGrantNothing(t, origin, header)
			_, header, body = do(t, http.MethodPost, base, userInfo, "Origin", origin)
			if !strings.HasPrefix(body, `{"returnValue":0,`) {
				t.Errorf("%q is answered %s", origin, body)
			}
			mustGrantNothing(t, origin, header)
			if varies(header) != (configured != nil) {
				t.Errorf("to %q Vary is %q", origin, header.Values("Vary"))
			}
		}
	}
}

func preflight(t *testing.T, base, origin string) (status int, header http.Header, body string) {
	t.Helper()
	return do(t, http.MethodOptions, base+"/interface.php", "", "Origin", origin,
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
}

func mustEcho(t *testing.T, origin string, header http.Header) {
	t.Helper()
	if got := header.Values("Access-Control-Allow-Origin"); !slices.Equal(got, []string{origin}) || !varies(header) {
		t.Errorf("%s is granted %q, with Vary %q", origin, got, header.Values("Vary"))
	}
}

func mustGrantNothing(t *testing.T, origin string, header http.Header) {
	t.Helper()
	for name, values := range header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%q is granted %s: %q", origin, name, values)
		}
	}
}

// varies tells whether caches keep the replies to different origins apart.
func varies(header http.Header) bool {
	return strings.Contains(strings.Join(header.Values("Vary"), ","), "Origin")
}
