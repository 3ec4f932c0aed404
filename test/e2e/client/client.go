// Package client speaks to a system as a released app or the live platform does, and judges what comes back.
package client

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

// requestLimit bounds every exchange: an Action that takes longer hangs.
const requestLimit = 90 * time.Second

// ClientPath is where the released clients post.
const ClientPath = "/interface.php"

// Fields are the fields of a request besides its Action.
type Fields map[string]any

// Client speaks to a server as a released app does, on behalf of one test.
type Client struct {
	T      testing.TB
	Server Server
	Path   string
	http   *http.Client
	// unproven is set for one that shows no proof of who it is.
	unproven bool
	// address is whom a proxy says it is, "" where nothing is said.
	address string
	// proven is set for one that shows a proof also where none is required.
	proven bool
}

func New(t testing.TB, server Server) *Client {
	transport := &http.Transport{
		DisableCompression:  true, // or it would ask for gzip on its own
		MaxConnsPerHost:     128,
		MaxIdleConnsPerHost: 128,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &Client{
		T: t, Server: server, Path: ClientPath,
		http: &http.Client{Transport: transport, Timeout: requestLimit},
	}
}

// At is the same client at another path.
func (c *Client) At(path string) *Client {
	other := *c
	other.Path = path
	return &other
}

// On is the same client on behalf of another test.
func (c *Client) On(t testing.TB) *Client {
	other := *c
	other.T = t
	return &other
}

// AsNobody is the same client, and shows no proof of who it is.
func (c *Client) AsNobody() *Client {
	other := *c
	other.unproven = true
	return &other
}

// From is the same client at another address, for a server that trusts proxies of this machine.
func (c *Client) From(address string) *Client {
	other := *c
	other.address = address
	return &other
}

// Proving is the same client, and shows a proof wherever one can be verified.
func (c *Client) Proving() *Client {
	other := *c
	other.proven = true
	return &other
}

// Response is what came back over HTTP.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Exchange sends one HTTP request. Header may be nil.
func (c *Client) Exchange(method, path string, header http.Header, body io.Reader) (Response, error) {
	req, err := http.NewRequestWithContext(c.T.Context(), method, c.Server.URL()+path, body)
	if err != nil {
		return Response{}, fmt.Errorf("make a request: %w", err)
	}
	if header != nil {
		req.Header = header
	}
	return c.Send(req)
}

func (c *Client) Send(req *http.Request) (Response, error) {
	res, err := c.http.Do(req)
	if err != nil {
		return Response{}, fmt.Errorf("send a request: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return Response{}, fmt.Errorf("read the response: %w", err)
	}
	c.concealSignatures(body)
	return Response{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

var (
	issuedSecret = regexp.MustCompile(`txSecret=([0-9a-f]{32})`)
	issuedSign   = regexp.MustCompile(`"sign":\s*"([^"]{16,})"`)
)

func (c *Client) concealSignatures(body []byte) {
	for _, pattern := range []*regexp.Regexp{issuedSecret, issuedSign} {
		for _, found := range pattern.FindAllSubmatch(body, -1) {
			c.Server.Conceal(string(found[1]))
		}
	}
}

// PostRaw posts a body as it is, as JSON by its Content-Type, and checks the envelope of the reply.
func (c *Client) PostRaw(body []byte) (Reply, error) {
	header := http.Header{"Content-Type": {"application/json"}}
	if proof := c.bearer(body); proof != "" {
		header.Set("Authorization", proof)
	}
	if c.address != "" {
		header.Set("X-Forwarded-For", c.address)
	}
	res, err := c.Exchange(http.MethodPost, c.Path, header, bytes.NewReader(body))
	if err != nil {
		return Reply{}, err
	}
	return c.Parse(res)
}

func (c *Client) Parse(res Response) (Reply, error) {
	for _, name := range SecretSettings() {
		if secret := c.Server.Setting(name); secret != "" && bytes.Contains(res.Body, []byte(secret)) {
			return Reply{}, fmt.Errorf("the reply shows %s: %s", name, res.Body)
		}
	}
	return parseReply(res)
}

// Try posts an Action. It may be called from any goroutine.
func (c *Client) Try(action string, f Fields) (Reply, error) {
	return c.PostRaw(Encode(action, f))
}

// Do posts an Action; whatever it answers must at least be a proper envelope.
func (c *Client) Do(action string, f Fields) Reply {
	c.T.Helper()
	r, err := c.Try(action, f)
	if err != nil {
		c.T.Fatalf("%s: %v", Encode(action, f), err)
	}
	return r
}

// Must posts an Action that has to succeed.
func (c *Client) Must(action string, f Fields) Reply {
	c.T.Helper()
	r := c.Do(action, f)
	if r.Code != CodeDone {
		c.T.Fatalf("%s: got %d (%s), want success", Encode(action, f), r.Code, r.Message)
	}
	return r
}

// MustTry is must for any goroutine.
func (c *Client) MustTry(action string, f Fields) error {
	r, err := c.Try(action, f)
	if err != nil {
		return err
	}
	if r.Code != CodeDone {
		return fmt.Errorf("%s: got %d (%s), want success", Encode(action, f), r.Code, r.Message)
	}
	return nil
}

// Refuses posts an Action that has to fail with this code.
func (c *Client) Refuses(code int, action string, f Fields) Reply {
	c.T.Helper()
	r := c.Do(action, f)
	if r.Code != code {
		c.T.Errorf("%.300s: got %d (%s), want %d", Encode(action, f), r.Code, r.Message, code)
	}
	if r.Message == "" {
		c.T.Errorf("%.300s: refused with %d and no message", Encode(action, f), r.Code)
	}
	return r
}

// AnswersRaw posts a body as it is and demands this code.
func (c *Client) AnswersRaw(code int, body []byte) Reply {
	c.T.Helper()
	r, err := c.PostRaw(body)
	if err != nil {
		c.T.Fatalf("%.300q: %v", body, err)
	}
	if r.Code != code {
		c.T.Errorf("%.300q: got %d (%s), want %d", body, r.Code, r.Message, code)
	}
	return r
}

// Encode writes a request the way JavaScript would, without HTML escaping.
func Encode(action string, f Fields) []byte {
	all := map[string]any{"Action": action}
	maps.Copy(all, f)
	return EncodeJSON(all)
}

func EncodeJSON(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("a test's own request: %v", err))
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// With is f with one more field, or another value for one it has.
func (f Fields) With(name string, value any) Fields {
	g := Fields{name: value}
	for n, v := range f {
		if n != name {
			g[n] = v
		}
	}
	return g
}

// Without is f without one field.
func (f Fields) Without(name string) Fields {
	g := Fields{}
	for n, v := range f {
		if n != name {
			g[n] = v
		}
	}
	return g
}

// Get fetches an ordinary page.
func Get(ctx context.Context, url string) (status int, body string, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
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
