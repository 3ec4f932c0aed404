package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
	"xiaozhibo.dev/libs/telemetry"
)

type note struct {
	Text  string            `json:"text"`
	Words []string          `json:"words"`
	Tags  map[string]string `json:"tags"`
	Count *int64            `json:"count"`
}

func echo(_ context.Context, n note) (note, error) { return n, nil }

func TestACallReturnsWhatTheMethodReturns(t *testing.T) {
	client := rpctest.Serve(t, rpc.Handle("notes.Echo", echo))
	large := int64(math.MaxInt64)
	tests := map[string]note{
		"nothing":    {},
		"a text":     {Text: "hello"},
		"any script": {Text: "小直播 \u2028 <b>&amp;</b> \" \\ \x00 \x7f", Words: []string{"", "é"}},
		"an int64":   {Count: &large, Tags: map[string]string{"a": "1", "b": ""}},
		"much":       {Text: strings.Repeat("much ", 200_000)},
	}
	for name, sent := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := rpc.Call[note](t.Context(), client, "notes.Echo", sent)
			if err != nil {
				t.Fatal(err)
			}
			if got.Text != sent.Text || fmt.Sprint(got.Words, got.Tags) != fmt.Sprint(sent.Words, sent.Tags) {
				t.Errorf("sent %+v, got %+v", sent, got)
			}
			if sent.Count != nil && (got.Count == nil || *got.Count != *sent.Count) {
				t.Errorf("sent count %d, got %v", *sent.Count, got.Count)
			}
		})
	}
}

func TestEveryCodeSurvivesTheWire(t *testing.T) {
	tests := map[apierr.Code]int{
		apierr.Invalid:       http.StatusBadRequest,
		apierr.NotFound:      http.StatusNotFound,
		apierr.Denied:        http.StatusForbidden,
		apierr.Banned:        http.StatusForbidden,
		apierr.Storage:       http.StatusInternalServerError,
		apierr.Unavailable:   http.StatusServiceUnavailable,
		apierr.NotConfigured: http.StatusNotImplemented,
		apierr.Internal:      http.StatusInternalServerError,
	}
	for code, status := range tests {
		t.Run(string(code), func(t *testing.T) {
			method := rpc.Handle("notes.Echo", func(context.Context, note) (note, error) {
				return note{}, fmt.Errorf("echo: %w", apierr.Wrap(code, errors.New("key=hunter2"), "%s, in public", code))
			})
			_, err := rpc.Call[note](t.Context(), rpctest.Serve(t, method), "notes.Echo", note{})
			var got *apierr.Error
			if !errors.As(err, &got) || got.Code != code || err.Error() != string(code)+", in public" {
				t.Errorf("error %#v", err)
			}
			gotStatus, body := post(t, quiet, method, "{}", "")
			if want := fmt.Sprintf(`{"code":%q,"message":"%s, in public"}`, code, code); gotStatus != status || body != want {
				t.Errorf("on the wire: %d %s; want %d %s", gotStatus, body, status, want)
			}
		})
	}
}

// angry cannot be encoded.
type angry struct{}

func (angry) MarshalJSON() ([]byte, error) { panic("out of range: key=hunter2") }

func TestWhateverElseGoesWrongIsInternalAndStaysInside(t *testing.T) {
	tests := map[string]rpc.Method{
		"an unknown error": rpc.Handle("notes.Echo", func(context.Context, note) (note, error) {
			return note{}, errors.New("open /secret: key=hunter2")
		}),
		"a panic":                      rpc.Handle("notes.Echo", func(context.Context, note) (note, error) { panic("key=hunter2") }),
		"a reply that has no JSON":     rpc.Handle("notes.Echo", func(context.Context, note) (float64, error) { return math.NaN(), nil }),
		"a reply that panics":          rpc.Handle("notes.Echo", func(context.Context, note) (angry, error) { return angry{}, nil }),
		"a nil map that is written to": rpc.Handle("notes.Echo", func(_ context.Context, n note) (note, error) { n.Tags["a"] = "1"; return n, nil }),
	}
	for name, bad := range tests {
		t.Run(name, func(t *testing.T) {
			client := rpctest.Serve(t, bad, rpc.Handle("notes.Good", echo))
			for range 3 { // and the server goes on
				_, err := rpc.Call[any](t.Context(), client, "notes.Echo", note{})
				if apierr.CodeOf(err) != apierr.Internal || err.Error() != "internal error" {
					t.Errorf("error %v, want %s", err, apierr.Internal)
				}
				if _, err := rpc.Call[note](t.Context(), client, "notes.Good", note{}); err != nil {
					t.Errorf("the other method: %v", err)
				}
			}
			var logged strings.Builder
			_, body := post(t, slog.New(slog.NewTextHandler(&logged, nil)), bad, "{}", "")
			if want := `{"code":"internal","message":"internal error"}`; body != want {
				t.Errorf("on the wire: %s, want %s", body, want)
			}
			if !strings.Contains(logged.String(), "method=notes.Echo") {
				t.Errorf("logged %q", &logged)
			}
		})
	}
}

func TestAMalformedCallIsInvalid(t *testing.T) {
	method := rpc.Handle("notes.Echo", func(context.Context, note) (note, error) {
		t.Error("the method was called")
		return note{}, nil
	})
	for _, body := range []string{"", "{", "[]", `"text"`, `{"text":1}`, `{} {}`, "\xff"} {
		status, reply := post(t, quiet, method, body, "")
		if want := `{"code":"invalid","message":"notes.Echo: malformed call"}`; status != http.StatusBadRequest || reply != want {
			t.Errorf("%q: %d %s, want %s", body, status, reply, want)
		}
	}
}

func TestArgumentsThatHaveNoJSONAreNotSent(t *testing.T) {
	client := rpctest.Serve(t)
	if _, err := rpc.Call[note](t.Context(), client, "notes.Echo", math.NaN()); apierr.CodeOf(err) != apierr.Internal {
		t.Errorf("error %v, want %s", err, apierr.Internal)
	}
}

func TestAMethodThatDoesNotExistIsUnavailable(t *testing.T) {
	client := rpctest.Serve(t, rpc.Handle("notes.Echo", echo))
	if _, err := rpc.Call[note](t.Context(), client, "notes.Other", note{}); apierr.CodeOf(err) != apierr.Unavailable {
		t.Errorf("error %v, want %s", err, apierr.Unavailable)
	}
}

var quiet = slog.New(slog.DiscardHandler)

// post sends a body to the method notes.Echo as any client could; timeout is
// that header's value.
func post(t *testing.T, log *slog.Logger, method rpc.Method, body, timeout string) (status int, reply string) {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/rpc/notes.Echo", strings.NewReader(body))
	if timeout != "" {
		req.Header.Set("Xzb-Timeout-Ms", timeout)
	}
	resp, err := rpc.NewApp(&lifecycle.Health{}, nil, telemetry.Discard().WithLog(log), method).Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}
