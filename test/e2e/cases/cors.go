package cases

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

func CORS(t *testing.T, start client.Starter) {
	const share, mobile = "https://share.example", "https://m.example:8443"
	server := start(t, map[string]string{"XZB_CORS_ORIGINS": share + "," + mobile})
	for _, origin := range []string{share, mobile} {
		t.Run("a pre-flight of "+origin+" is granted", func(t *testing.T) {
			res := preflight(t, client.New(t, server), origin)
			if res.Status != http.StatusNoContent {
				t.Errorf("status %d, want 204", res.Status)
			}
			echoes(t, origin, res)
			if allowed := res.Header.Get("Access-Control-Allow-Methods"); !strings.Contains(allowed, http.MethodPost) {
				t.Errorf("allowed methods %q, want POST among them", allowed)
			}
			allowed := strings.ToLower(res.Header.Get("Access-Control-Allow-Headers"))
			if !strings.Contains(allowed, "content-type") {
				t.Errorf("allowed headers %q, want content-type among them", allowed)
			}
		})
		t.Run("a page of "+origin+" may read replies and errors", func(t *testing.T) {
			c := client.New(t, server)
			for _, body := range []string{string(listBody), `{"Action":"Nothing"}`, "", "garbage"} {
				res, err := c.Exchange(http.MethodPost, client.ClientPath, http.Header{"Origin": {origin}}, bytes.NewBufferString(body))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := c.Parse(res); err != nil {
					t.Error(err)
				}
				echoes(t, origin, res)
			}
		})
	}
	for _, origin := range []string{
		"https://evil.example", "http://share.example", "https://share.example.evil.example", "https://ashare.example",
		"https://share.example:8443", "https://m.example", "null", "*",
	} {
		t.Run(origin+" is granted nothing", func(t *testing.T) {
			c := client.New(t, server)
			grantsNothing(t, origin, preflight(t, c, origin))
			res, err := c.Exchange(http.MethodPost, client.ClientPath, http.Header{"Origin": {origin}}, bytes.NewReader(listBody))
			if err != nil {
				t.Fatal(err)
			}
			grantsNothing(t, origin, res)
		})
	}
}

func preflight(t *testing.T, c *client.Client, origin string) client.Response {
	t.Helper()
	res, err := c.Exchange(http.MethodOptions, client.ClientPath, http.Header{
		"Origin":                         {origin},
		"Access-Control-Request-Method":  {"POST"},
		"Access-Control-Request-Headers": {"content-type"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func echoes(t *testing.T, origin string, res client.Response) {
	t.Helper()
	if got := res.Header.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != origin {
		t.Errorf("Access-Control-Allow-Origin %q, want %q once", got, origin)
	}
}

func grantsNothing(t *testing.T, origin string, res client.Response) {
	t.Helper()
	if got := res.Header.Values("Access-Control-Allow-Origin"); len(got) > 0 {
		t.Errorf("Access-Control-Allow-Origin %q for %s, want none", got, origin)
	}
}
