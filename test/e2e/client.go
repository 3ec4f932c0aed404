package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// requestLimit bounds every exchange: an Action that takes longer has failed.
const requestLimit = 20 * time.Second

// clientPath is where the released clients post.
const clientPath = "/interface.php"

// fields are the fields of a request besides its Action.
type fields map[string]any

// client speaks to a server as a released app does, on behalf of one test.
type client struct {
	t      testing.TB
	server Server
	path   string
	http   *http.Client
	// unproven is set for one that shows no proof of who it is.
	unproven bool
}

func newClient(t testing.TB, server Server) *client {
	transport := &http.Transport{
		DisableCompression:  true, // or it would ask for gzip on its own
		MaxConnsPerHost:     128,
		MaxIdleConnsPerHost: 128,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{
		t: t, server: server, path: clientPath,
		http: &http.Client{Transport: transport, Timeout: requestLimit},
	}
}

// at is the same client at another path.
func (c *client) at(path string) *client {
	other := *c
	other.path = path
	return &other
}

// on is the same client on behalf of another test.
func (c *client) on(t testing.TB) *client {
	other := *c
	other.t = t
	return &other
}

// asNobody is the same client, and shows no proof of who it is.
func (c *client) asNobody() *client {
	other := *c
	other.unproven = true
	return &other
}

// response is what came back over HTTP.
type response struct {
	Status int
	Header http.Header
	Body   []byte
}

// exchange sends one HTTP request. Header may be nil.
func (c *client) exchange(method, path string, header http.Header, body io.Reader) (response, error) {
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.server.URL()+path, body)
	if err != nil {
		return response{}, fmt.Errorf("make a request: %w", err)
	}
	if header != nil {
		req.Header = header
	}
	return c.send(req)
}

func (c *client) send(req *http.Request) (response, error) {
	res, err := c.http.Do(req)
	if err != nil {
		return response{}, fmt.Errorf("send a request: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return response{}, fmt.Errorf("read the response: %w", err)
	}
	c.concealSignatures(body)
	return response{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

var (
	issuedSecret = regexp.MustCompile(`txSecret=([0-9a-f]{32})`)
	issuedSign   = regexp.MustCompile(`"sign":\s*"([^"]{16,})"`)
)

func (c *client) concealSignatures(body []byte) {
	for _, pattern := range []*regexp.Regexp{issuedSecret, issuedSign} {
		for _, found := range pattern.FindAllSubmatch(body, -1) {
			c.server.Conceal(string(found[1]))
		}
	}
}

// postRaw posts a body as it is, as JSON by its Content-Type, and checks the envelope of the reply.
func (c *client) postRaw(body []byte) (reply, error) {
	header := http.Header{"Content-Type": {"application/json"}}
	if proof := c.bearer(body); proof != "" {
		header.Set("Authorization", proof)
	}
	res, err := c.exchange(http.MethodPost, c.path, header, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	return c.parse(res)
}

func (c *client) parse(res response) (reply, error) {
	for _, name := range secretSettings() {
		if secret := c.server.Setting(name); secret != "" && bytes.Contains(res.Body, []byte(secret)) {
			return reply{}, fmt.Errorf("the reply shows %s: %s", name, res.Body)
		}
	}
	return parseReply(res)
}

// try posts an Action. It may be called from any goroutine.
func (c *client) try(action string, f fields) (reply, error) {
	return c.postRaw(encode(action, f))
}

// do posts an Action; whatever it answers must at least be a proper envelope.
func (c *client) do(action string, f fields) reply {
	c.t.Helper()
	r, err := c.try(action, f)
	if err != nil {
		c.t.Fatalf("%s: %v", encode(action, f), err)
	}
	return r
}

// must posts an Action that has to succeed.
func (c *client) must(action string, f fields) reply {
	c.t.Helper()
	r := c.do(action, f)
	if r.Code != codeDone {
		c.t.Fatalf("%s: got %d (%s), want success", encode(action, f), r.Code, r.Message)
	}
	return r
}

// mustTry is must for any goroutine.
func (c *client) mustTry(action string, f fields) error {
	r, err := c.try(action, f)
	if err != nil {
		return err
	}
	if r.Code != codeDone {
		return fmt.Errorf("%s: got %d (%s), want success", encode(action, f), r.Code, r.Message)
	}
	return nil
}

// refuses posts an Action that has to fail with this code.
func (c *client) refuses(code int, action string, f fields) reply {
	c.t.Helper()
	r := c.do(action, f)
	if r.Code != code {
		c.t.Errorf("%.300s: got %d (%s), want %d", encode(action, f), r.Code, r.Message, code)
	}
	if r.Message == "" {
		c.t.Errorf("%.300s: refused with %d and no message", encode(action, f), r.Code)
	}
	return r
}

// answersRaw posts a body as it is and demands this code.
func (c *client) answersRaw(code int, body []byte) reply {
	c.t.Helper()
	r, err := c.postRaw(body)
	if err != nil {
		c.t.Fatalf("%.300q: %v", body, err)
	}
	if r.Code != code {
		c.t.Errorf("%.300q: got %d (%s), want %d", body, r.Code, r.Message, code)
	}
	return r
}

// encode writes a request the way JavaScript would, without HTML escaping.
func encode(action string, f fields) []byte {
	all := map[string]any{"Action": action}
	maps.Copy(all, f)
	return encodeJSON(all)
}

func encodeJSON(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("a test's own request: %v", err))
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// with is f with one more field, or another value for one it has.
func (f fields) with(name string, value any) fields {
	g := fields{name: value}
	for n, v := range f {
		if n != name {
			g[n] = v
		}
	}
	return g
}

// without is f without one field.
func (f fields) without(name string) fields {
	g := fields{}
	for n, v := range f {
		if n != name {
			g[n] = v
		}
	}
	return g
}

// get fetches an ordinary page.
func get(ctx context.Context, url string) (status int, body string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", fmt.Errorf("make a request: %w", err)
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", fmt.Errorf("get %s: %w", url, err)
	}
	defer res.Body.Close()
	var text strings.Builder
	if _, err := io.Copy(&text, res.Body); err != nil {
		return 0, "", fmt.Errorf("read %s: %w", url, err)
	}
	return res.StatusCode, text.String(), nil
}
