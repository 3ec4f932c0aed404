package rpc_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
)

var errFoul = apierr.New(apierr.Storage, "storage failed")

// pointed returns a pointer to each word, nil for "nil", and an error for "foul"
// and "unknown".
func pointed(_ context.Context, words []word) []combine.Result[*word] {
	results := make([]combine.Result[*word], len(words))
	for i, w := range words {
		switch w {
		case "nil":
		case "foul":
			results[i].Err = errFoul
		case "unknown":
			results[i].Err = errors.New("secret")
		default:
			results[i].Value = &words[i]
		}
	}
	return results
}

var pointMethod = rpc.HandleBatch("notes.Echo", pointed)

func TestEachItemHasItsOwnResultOverTheWire(t *testing.T) {
	tests := map[string]struct {
		words []word
		codes []apierr.Code
	}{
		"all have values":                 {[]word{"a", "nil", "b"}, []apierr.Code{"", "", ""}},
		"one has an error":                {[]word{"a", "foul", "nil"}, []apierr.Code{"", apierr.Storage, ""}},
		"all have an error, of two kinds": {[]word{"foul", "unknown"}, []apierr.Code{apierr.Storage, apierr.Internal}},
		"all have the same error":         {[]word{"foul", "foul"}, []apierr.Code{apierr.Storage, apierr.Storage}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			batch := rpc.NewBatch[word, *word](rpctest.Serve(t, pointMethod), "notes.Echo")
			defer batch.Close()
			for i, got := range batch.Do(t.Context(), test.words) {
				switch w := test.words[i]; {
				case apierr.CodeOf(got.Err) != test.codes[i]:
					t.Errorf("%q: error %v, want %q", w, got.Err, test.codes[i])
				case got.Err != nil && strings.Contains(got.Err.Error(), "secret"):
					t.Errorf("%q: the error tells what must not leave the process: %v", w, got.Err)
				case got.Err == nil && w == "nil" && got.Value != nil:
					t.Errorf("%q: got %v, want nil", w, got.Value)
				case got.Err == nil && w != "nil" && (got.Value == nil || *got.Value != w):
					t.Errorf("%q: got %v", w, got.Value)
				}
			}
		})
	}
}

func TestABatchLooksAsEverUnlessItsItemsEndDifferently(t *testing.T) {
	tests := map[string]struct {
		words  string
		status int
		reply  string
	}{
		"values":         {`["a","nil"]`, http.StatusOK, `["a",null]`},
		"nothing":        {`[]`, http.StatusOK, `[]`},
		"the same error": {`["foul","foul"]`, http.StatusInternalServerError, `{"code":"storage","message":"storage failed"}`},
		"a mixture":      {`["a","foul","nil"]`, http.StatusMultiStatus, `[{"value":"a"},{"error":{"code":"storage","message":"storage failed"}},{"value":null}]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, reply := post(t, quiet, pointMethod, test.words, "")
			if status != test.status || reply != test.reply {
				t.Errorf("answered %d %s, want %d %s", status, reply, test.status, test.reply)
			}
		})
	}
}

func TestAMixtureThatIsNotUnderstoodIsUnavailable(t *testing.T) {
	for name, reply := range map[string]string{
		"no list":                 `{}`,
		"an error without a code": `[{"error":{}},{"value":"b"}]`,
		"a value of another kind": `[{"value":7},{"value":"b"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			client := rpc.NewClient("http://words", &http.Client{Transport: replying{http.StatusMultiStatus, reply}})
			batch := rpc.NewBatch[word, *word](client, "notes.Echo")
			defer batch.Close()
			for _, got := range batch.Do(t.Context(), []word{"a", "b"}) {
				if apierr.CodeOf(got.Err) != apierr.Unavailable {
					t.Errorf("got %v, %v, want %s", got.Value, got.Err, apierr.Unavailable)
				}
			}
		})
	}
}

func TestTheLogTellsOfItemsThatFailed(t *testing.T) {
	var logged bytes.Buffer
	post(t, slog.New(slog.NewTextHandler(&logged, nil)), pointMethod, `["a","foul","foul","unknown"]`, "")
	if lines := strings.Count(logged.String(), "item failed"); lines != 2 || !strings.Contains(logged.String(), "secret") {
		t.Errorf("the log has %d lines on two causes:\n%s", lines, &logged)
	}
}

// replying is a server without a network that always says the same.
type replying struct {
	status int
	reply  string
}

func (r replying) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: r.status, Body: io.NopCloser(strings.NewReader(r.reply))}, nil
}
