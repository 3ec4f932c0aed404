package rpc_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
)

// older answers every call as a version would that has not all fields.
func older(t *testing.T, status int, reply string) *rpc.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, reply)
	}))
	client := rpc.NewClient(server.URL, &http.Client{Transport: &http.Transport{}})
	t.Cleanup(func() { client.Close(); server.Close() })
	return client
}

func TestAFieldThatAReplyLacksIsZero(t *testing.T) {
	got, err := rpc.Call[note](t.Context(), older(t, http.StatusOK, `{"text":"kept"}`), "notes.Echo", note{})
	if err != nil || got.Text != "kept" || got.Words != nil || got.Tags != nil || got.Count != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	for status, reply := range map[int]string{
		http.StatusOK:          `[{"text":"kept"},{}]`,
		http.StatusMultiStatus: `[{"value":{"text":"kept"}},{}]`,
	} {
		batch := rpc.NewReads[string, note](older(t, status, reply), "notes.Echo")
		results := batch.Do(t.Context(), []string{"a", "b"})
		if results[0].Err != nil || results[0].Value.Text != "kept" || results[1].Err != nil || results[1].Value.Text != "" {
			t.Errorf("of a batch, status %d: %+v", status, results)
		}
		batch.Close()
	}
}

func TestAMethodThatAnOlderServiceLacksIsUnavailable(t *testing.T) {
	client := rpctest.Serve(t, rpc.Handle("notes.Echo", echo))
	if _, err := rpc.Call[note](t.Context(), client, "notes.Later", note{}); apierr.CodeOf(err) != apierr.Unavailable || !errors.Is(err, rpc.ErrUnknownMethod) {
		t.Errorf("error %v", err)
	}
}

func TestAFieldThatACallLacksOrNobodyKnowsChangesNothing(t *testing.T) {
	var heard note
	method := rpc.Handle("notes.Echo", func(_ context.Context, n note) (note, error) { heard = n; return n, nil })
	count := int64(1) << 62
	sent := note{Text: "小直播", Words: []string{"a"}, Tags: nil, Count: &count}
	got, err := rpc.Call[note](t.Context(), rpctest.ServeNewer(t, method), "notes.Echo", sent)
	if err != nil || heard.Text != sent.Text || *heard.Count != count || got.Text != sent.Text || *got.Count != count {
		t.Errorf("heard %+v, got %+v, %v", heard, got, err)
	}
	if status, reply := post(t, quiet, method, `{}`, ""); status != http.StatusOK || heard.Text != "" {
		t.Errorf("without a field: %d %s, heard %+v", status, reply, heard)
	}
}
