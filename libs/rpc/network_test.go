package rpc_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/rpc"
)

func TestNobodyThereIsUnavailable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	wantUnavailable(t, rpc.NewClient(server.URL, server.Client()))
}

func TestWhatIsNoAnswerOfOursIsUnavailable(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"an unknown path":              http.NotFound,
		"a proxy's page":               answers(http.StatusBadGateway, "<html>bad gateway</html>"),
		"a page with status 200":       answers(http.StatusOK, "<html>welcome</html>"),
		"another reply":                answers(http.StatusOK, `["a"]`),
		"half a reply":                 answers(http.StatusOK, `{"text":"hel`),
		"an empty reply":               answers(http.StatusOK, ""),
		"no content":                   answers(http.StatusNoContent, ""),
		"an error without a body":      answers(http.StatusInternalServerError, ""),
		"an error that is null":        answers(http.StatusInternalServerError, "null"),
		"an error without a code":      answers(http.StatusNotFound, `{"message":"no such room"}`),
		"another kind of error":        answers(http.StatusServiceUnavailable, `{"code":503,"message":"try later"}`),
		"a connection that ends early": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a reply that ends early": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{}`)
		},
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			wantUnavailable(t, rpc.NewClient(server.URL, server.Client()))
		})
	}
}

// JSON allows space after a value, so the longest reply can be made of it.
func TestAReplyIsNeverCutShort(t *testing.T) {
	const value = `{"text":"hello"}`
	tests := map[string]struct {
		length int
		fits   bool
	}{
		"the longest reply": {rpc.MaxBody, true},
		"a byte more":       {rpc.MaxBody + 1, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answers(http.StatusOK, value+strings.Repeat(" ", test.length-len(value))))
			defer server.Close()
			client := rpc.NewClient(server.URL, server.Client())
			if !test.fits {
				wantUnavailable(t, client)
				return
			}
			if got, err := rpc.Call[note](t.Context(), client, "notes.Echo", note{}); err != nil || got.Text != "hello" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestACallThatIsTooLongIsNotSent(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was sent") }))
	defer server.Close()
	client := rpc.NewClient(server.URL, server.Client())
	_, err := rpc.Call[note](t.Context(), client, "notes.Echo", strings.Repeat("a", rpc.MaxBody))
	if apierr.CodeOf(err) != apierr.Invalid {
		t.Errorf("error %v, want %s", err, apierr.Invalid)
	}
}

func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// wantUnavailable also wants the cause, with its addresses, kept from strangers.
func wantUnavailable(t *testing.T, client *rpc.Client) {
	t.Helper()
	got, err := rpc.Call[note](t.Context(), client, "notes.Echo", note{})
	var known *apierr.Error
	if !errors.As(err, &known) || known.Code != apierr.Unavailable {
		t.Fatalf("got %+v, %v; want %s", got, err, apierr.Unavailable)
	}
	if !strings.HasPrefix(known.Message, "notes.Echo: ") || strings.Contains(known.Message, "http") {
		t.Errorf("a stranger learns %q", known.Message)
	}
}
