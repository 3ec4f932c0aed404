// Package cases is what the contract promises, a file for each Action and each subject beside them.
package cases

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
)

// listBody is a request that always succeeds.
var listBody = []byte(`{"Action":"FetchList","flag":1,"pageno":1,"pagesize":1}`)

func Transport(t *testing.T, server client.Server) {
	t.Run("both paths take every Action", func(t *testing.T) {
		for _, path := range []string{"/interface.php", "/"} {
			EveryActionSucceeds(t, client.New(t, server).At(path))
		}
	})
	t.Run("a query after the path changes nothing", func(t *testing.T) {
		client.New(t, server).At("/interface.php?Action=Nothing&v=2").AnswersRaw(client.CodeDone, listBody)
	})
	t.Run("every other method is 200 with an envelope", func(t *testing.T) { otherMethods(t, server) })
	t.Run("the Content-Type does not matter", func(t *testing.T) { contentTypes(t, server) })
	t.Run("a chunked body is taken", func(t *testing.T) {
		c := client.New(t, server)
		unsized := io.MultiReader(bytes.NewReader(listBody)) // of no known length
		mustSucceed(t, c, nil, unsized)
	})
	t.Run("a client that expects 100 Continue is served", func(t *testing.T) {
		mustSucceed(t, client.New(t, server), http.Header{"Expect": {"100-continue"}}, bytes.NewReader(listBody))
	})
	t.Run("nothing is compressed unless asked for", func(t *testing.T) { notCompressed(t, server) })
	t.Run("gzip may be asked for", func(t *testing.T) { compressed(t, server) })
	t.Run("a connection serves many requests, failed ones too", func(t *testing.T) { keepAlive(t, server) })
	t.Run("slow clients hold up nobody", func(t *testing.T) {
		holdUpNobody(t, server)
	})
	t.Run("a page of a foreign origin is granted nothing", func(t *testing.T) {
		res, err := client.New(t, server).Exchange(http.MethodPost, client.ClientPath,
			http.Header{"Origin": {"https://evil.example"}}, bytes.NewReader(listBody))
		if err != nil {
			t.Fatal(err)
		}
		grantsNothing(t, "https://evil.example", res)
	})
}

// EveryActionSucceeds runs through a small broadcast.
func EveryActionSucceeds(t *testing.T, c *client.Client) {
	t.Helper()
	a := c.OnlineAnchor()
	viewer := client.NewID("viewer")
	a.Enter(viewer)
	a.MustHaveMembers("after entering", viewer)
	a.Like(1)
	a.MustHave("after a like", 1, 1)
	a.MustBeListed("online")
	a.Quit(viewer)
	a.GoOffline()
	a.MustBeHidden("offline")
	c.Must("GetCOSSign", nil)
}

func otherMethods(t *testing.T, server client.Server) {
	c := client.New(t, server)
	for _, path := range []string{"/interface.php", "/"} {
		for _, method := range []string{
			http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions,
			http.MethodTrace, "PROPFIND", "BREW",
		} {
			res, err := c.Exchange(method, path, nil, nil)
			if err != nil {
				t.Errorf("%s %s: %v", method, path, err)
				continue
			}
			r, err := c.Parse(res)
			if err != nil {
				t.Errorf("%s %s: %v", method, path, err)
				continue
			}
			if r.Code != client.CodeBadBody {
				t.Errorf("%s %s without a body: got %d, want %d", method, path, r.Code, client.CodeBadBody)
			}
		}
		if res, err := c.Exchange(http.MethodHead, path, nil, nil); err != nil || res.Status != http.StatusOK {
			t.Errorf("HEAD %s: status %d, %v, want 200", path, res.Status, err)
		}
	}
	res, err := c.Exchange(http.MethodGet, "/interface.php?Action=FetchList&flag=1&pageno=1&pagesize=1", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := c.Parse(res); err != nil || r.Code != client.CodeBadBody {
		t.Errorf("GET with the fields in the query: got %d, %v, want %d", r.Code, err, client.CodeBadBody)
	}
}

func contentTypes(t *testing.T, server client.Server) {
	c := client.New(t, server)
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

func mustSucceed(t *testing.T, c *client.Client, header http.Header, body io.Reader) {
	t.Helper()
	res, err := c.Exchange(http.MethodPost, c.Path, header, body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Parse(res)
	if err != nil {
		t.Fatal(err)
	}
	if r.Code != client.CodeDone {
		t.Errorf("got %d (%s), want success", r.Code, r.Message)
	}
}

func notCompressed(t *testing.T, server client.Server) {
	c := client.New(t, server)
	longReply(c)
	for _, accepted := range []string{"", "identity", "br", "deflate", "zstd", "gzip;q=0"} {
		header := http.Header{}
		if accepted != "" {
			header.Set("Accept-Encoding", accepted)
		}
		mustSucceed(t, c, header, bytes.NewReader(longListBody))
	}
}

func compressed(t *testing.T, server client.Server) {
	c := client.New(t, server)
	longReply(c)
	res, err := c.Exchange(http.MethodPost, client.ClientPath,
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
	if r, err := client.ParseEnvelope(res); err != nil || r.Code != client.CodeDone {
		t.Errorf("the unzipped reply: %d, %v", r.Code, err)
	}
}

var longListBody = []byte(`{"Action":"FetchList","flag":3,"pageno":1,"pagesize":100}`)

// longReply makes the list long enough to be worth compressing.
func longReply(c *client.Client) {
	c.T.Helper()
	for range 5 {
		c.OnlineAnchor()
	}
}

func keepAlive(t *testing.T, server client.Server) {
	c := client.New(t, server)
	bodies := [][]byte{
		listBody, {}, []byte("garbage"), []byte(`{"Action":"Nothing"}`), []byte(`{"Action":"ChangeStatus"}`), listBody,
	}
	for i, body := range bodies {
		var reused bool
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			GotConn: func(got httptrace.GotConnInfo) { reused = got.Reused },
		})
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL()+client.ClientPath, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(req); err != nil {
			t.Fatal(err)
		}
		if i > 0 && !reused {
			t.Errorf("request %d needed a connection of its own", i+1)
		}
	}
}

// Ops look at what only the operator reaches.
func Ops(t *testing.T, server client.Server) {
	ops := server.OpsURL()
	if ops == "" {
		t.Skip("the ops listener of this system is out of reach")
	}
	for _, path := range []string{"/livez", "/readyz", "/metrics"} {
		t.Run(strings.TrimPrefix(path, "/")+" is 200", func(t *testing.T) {
			status, body, err := client.Get(t.Context(), ops+path)
			if err != nil || status != http.StatusOK {
				t.Errorf("status %d, %v: %s", status, err, body)
			}
		})
	}
	t.Run("ops pages are not on the clients' listener", func(t *testing.T) {
		_, body, err := client.Get(t.Context(), server.URL()+"/metrics")
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid([]byte(body)) && strings.Contains(body, "# TYPE") {
			t.Error("clients can read the metrics")
		}
	})
}
