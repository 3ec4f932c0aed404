package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"
)

// listBody is a request that always succeeds.
var listBody = []byte(`{"Action":"FetchList","flag":1,"pageno":1,"pagesize":1}`)

func transportCases(t *testing.T, server Server) {
	t.Run("both paths take every Action", func(t *testing.T) {
		for _, path := range []string{"/interface.php", "/"} {
			everyActionSucceeds(t, newClient(t, server).at(path))
		}
	})
	t.Run("a query after the path changes nothing", func(t *testing.T) {
		newClient(t, server).at("/interface.php?Action=Nothing&v=2").answersRaw(codeDone, listBody)
	})
	t.Run("every other method is 200 with an envelope", func(t *testing.T) { otherMethods(t, server) })
	t.Run("the Content-Type does not matter", func(t *testing.T) { contentTypes(t, server) })
	t.Run("a chunked body is taken", func(t *testing.T) {
		c := newClient(t, server)
		unsized := io.MultiReader(bytes.NewReader(listBody)) // of no known length
		mustSucceed(t, c, nil, unsized)
	})
	t.Run("a client that expects 100 Continue is served", func(t *testing.T) {
		mustSucceed(t, newClient(t, server), http.Header{"Expect": {"100-continue"}}, bytes.NewReader(listBody))
	})
	t.Run("nothing is compressed unless asked for", func(t *testing.T) { notCompressed(t, server) })
	t.Run("gzip may be asked for", func(t *testing.T) { compressed(t, server) })
	t.Run("a connection serves many requests, failed ones too", func(t *testing.T) { keepAlive(t, server) })
	t.Run("slow clients hold up nobody", func(t *testing.T) {
		c := newClient(t, server)
		began := time.Now()
		c.list(flagLive, 1, 1)
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("a small page took %v while slow clients are connected", took)
		}
	})
	t.Run("a page of a foreign origin is granted nothing", func(t *testing.T) {
		res, err := newClient(t, server).exchange(http.MethodPost, clientPath,
			http.Header{"Origin": {"https://evil.example"}}, bytes.NewReader(listBody))
		if err != nil {
			t.Fatal(err)
		}
		grantsNothing(t, "https://evil.example", res)
	})
}

// everyActionSucceeds runs through a small broadcast.
func everyActionSucceeds(t *testing.T, c *client) {
	t.Helper()
	a := c.onlineAnchor()
	viewer := newID("viewer")
	a.enter(viewer)
	a.mustHaveMembers("after entering", viewer)
	a.like(1)
	a.mustHave("after a like", 1, 1)
	a.mustBeListed("online")
	a.quit(viewer)
	a.goOffline()
	a.mustBeHidden("offline")
	c.must("GetCOSSign", nil)
}

func otherMethods(t *testing.T, server Server) {
	c := newClient(t, server)
	for _, path := range []string{"/interface.php", "/"} {
		for _, method := range []string{
			http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions,
			http.MethodTrace, "PROPFIND", "BREW",
		} {
			res, err := c.exchange(method, path, nil, nil)
			if err != nil {
				t.Errorf("%s %s: %v", method, path, err)
				continue
			}
			r, err := c.parse(res)
			if err != nil {
				t.Errorf("%s %s: %v", method, path, err)
				continue
			}
			if r.Code != codeBadBody {
				t.Errorf("%s %s without a body: got %d, want %d", method, path, r.Code, codeBadBody)
			}
		}
		if res, err := c.exchange(http.MethodHead, path, nil, nil); err != nil || res.Status != http.StatusOK {
			t.Errorf("HEAD %s: status %d, %v, want 200", path, res.Status, err)
		}
	}
	res, err := c.exchange(http.MethodGet, "/interface.php?Action=FetchList&flag=1&pageno=1&pagesize=1", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := c.parse(res); err != nil || r.Code != codeBadBody {
		t.Errorf("GET with the fields in the query: got %d, %v, want %d", r.Code, err, codeBadBody)
	}
}

func contentTypes(t *testing.T, server Server) {
	c := newClient(t, server)
	for _, contentType := range []string{
		"application/json", "application/json;charset=utf-8", "application/x-www-form-urlencoded",
		"application/x-www-form-urlencoded; charset=UTF-8", "text/plain;charset=UTF-8", "text/html", "image/png",
		"multipart/form-data", "multipart/form-data; boundary=x", "application/octet-stream", "nonsense", ";",
	} {
		t.Run(contentType, func(t *testing.T) {
			mustSucceed(t, c, http.Header{"Content-Type": {contentType}}, bytes.NewReader(listBody))
		})
	}
	t.Run("none", func(t *testing.T) { mustSucceed(t, c, http.Header{}, bytes.NewReader(listBody)) })
}

func mustSucceed(t *testing.T, c *client, header http.Header, body io.Reader) {
	t.Helper()
	res, err := c.exchange(http.MethodPost, c.path, header, body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.parse(res)
	if err != nil {
		t.Fatal(err)
	}
	if r.Code != codeDone {
		t.Errorf("got %d (%s), want success", r.Code, r.Message)
	}
}

func notCompressed(t *testing.T, server Server) {
	c := newClient(t, server)
	longReply(c)
	for _, accepted := range []string{"", "identity", "br", "deflate", "zstd", "gzip;q=0"} {
		header := http.Header{}
		if accepted != "" {
			header.Set("Accept-Encoding", accepted)
		}
		mustSucceed(t, c, header, bytes.NewReader(longListBody))
	}
}

func compressed(t *testing.T, server Server) {
	c := newClient(t, server)
	longReply(c)
	res, err := c.exchange(http.MethodPost, clientPath,
		http.Header{"Accept-Encoding": {"gzip, deflate, br"}}, bytes.NewReader(longListBody))
	if err != nil {
		t.Fatal(err)
	}
	// Compressing is the server's choice.
	if encoding := res.Header.Get("Content-Encoding"); encoding == "gzip" {
		unzipped, err := gzip.NewReader(bytes.NewReader(res.Body))
		if err != nil {
			t.Fatalf("read the gzip reply: %v", err)
		}
		if res.Body, err = io.ReadAll(unzipped); err != nil {
			t.Fatalf("read the gzip reply: %v", err)
		}
	} else if encoding != "" {
		t.Fatalf("Content-Encoding %q, want gzip or none", encoding)
	}
	if r, err := parseEnvelope(res); err != nil || r.Code != codeDone {
		t.Errorf("the unzipped reply: %d, %v", r.Code, err)
	}
}

var longListBody = []byte(`{"Action":"FetchList","flag":3,"pageno":1,"pagesize":100}`)

// longReply makes the list long enough to be worth compressing.
func longReply(c *client) {
	c.t.Helper()
	for range 5 {
		c.onlineAnchor()
	}
}

func keepAlive(t *testing.T, server Server) {
	c := newClient(t, server)
	bodies := [][]byte{
		listBody, {}, []byte("garbage"), []byte(`{"Action":"Nothing"}`), []byte(`{"Action":"ChangeStatus"}`), listBody,
	}
	for i, body := range bodies {
		var reused bool
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			GotConn: func(got httptrace.GotConnInfo) { reused = got.Reused },
		})
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL()+clientPath, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.send(req); err != nil {
			t.Fatal(err)
		}
		if i > 0 && !reused {
			t.Errorf("request %d needed a connection of its own", i+1)
		}
	}
}

// opsCases look at what only the operator reaches.
func opsCases(t *testing.T, server Server) {
	ops := server.OpsURL()
	if ops == "" {
		t.Skip("the ops listener of this system is out of reach")
	}
	for _, path := range []string{"/livez", "/readyz", "/metrics"} {
		t.Run(strings.TrimPrefix(path, "/")+" is 200", func(t *testing.T) {
			status, body, err := get(t.Context(), ops+path)
			if err != nil || status != http.StatusOK {
				t.Errorf("status %d, %v: %s", status, err, body)
			}
		})
	}
	t.Run("ops pages are not on the clients' listener", func(t *testing.T) {
		_, body, err := get(t.Context(), server.URL()+"/metrics")
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid([]byte(body)) && strings.Contains(body, "# TYPE") {
			t.Error("clients can read the metrics")
		}
	})
}
