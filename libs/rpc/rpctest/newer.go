package rpctest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"testing"

	"xiaozhibo.dev/libs/rpc"
)

// ServeNewer is Serve between two versions, each of which is newer to the other: every
// object of a call and of a reply has fields more than this version knows.
func ServeNewer(tb testing.TB, methods ...rpc.Method) *rpc.Client {
	tb.Helper()
	transport := newer{&http.Transport{MaxIdleConnsPerHost: 64}}
	client := rpc.NewClient("http://"+Listen(tb, methods...), &http.Client{Transport: transport})
	tb.Cleanup(client.Close)
	return client
}

// newer adds the fields on the way.
type newer struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (n newer) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := widened(req.Body)
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	req = req.Clone(req.Context())
	req.Body, req.ContentLength, req.GetBody = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	resp, err := n.Transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if body, err = widened(resp.Body); err != nil {
		return nil, fmt.Errorf("reply: %w", err)
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return resp, nil
}

// widened reads JSON to its end, and returns it with more fields.
func widened(from io.ReadCloser) ([]byte, error) {
	defer func() { _ = from.Close() }()
	text, err := io.ReadAll(from)
	if err != nil || len(text) == 0 {
		return text, err
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // an int64 is kept
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("%.100s: %w", text, err)
	}
	return json.Marshal(widen(value))
}

func widen(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			value[name] = widen(field)
		}
		value["of_a_later_version"] = map[string]any{"a": []int{1}, "b": "text"}
	case []any:
		for i := range value {
			value[i] = widen(value[i])
		}
	}
	return value
}
