//go:build kind

package onkind_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"testing"
	"time"
)

// patience is how long a client waits for an answer; released ones wait as long.
const patience = 10 * time.Second

type fields map[string]any

// caller is one client of a release, who proves who he is.
type caller struct {
	url  string
	http *http.Client
}

func (r *release) caller() *caller {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: r.roots}, MaxIdleConnsPerHost: 16}
	return &caller{url: r.url + "/interface.php", http: &http.Client{Transport: transport, Timeout: patience}}
}

// do carries out an Action. The error is anything but success.
func (c *caller) do(ctx context.Context, action string, f fields) (map[string]any, error) {
	request := fields{"Action": action}
	maps.Copy(request, f)
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.GetBody = nil // nothing is sent twice behind our back
	user, _ := f["userid"].(string)
	req.Header.Set("Authorization", "Bearer "+token(cmp.Or(user, "somebody")))
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var reply struct {
		ReturnValue int
		ReturnMsg   string
		ReturnData  map[string]any
	}
	if err := json.Unmarshal(text, &reply); err != nil {
		return nil, fmt.Errorf("status %d: %.200s", resp.StatusCode, text)
	}
	if reply.ReturnValue != 0 {
		return nil, fmt.Errorf("%d %s", reply.ReturnValue, reply.ReturnMsg)
	}
	return reply.ReturnData, nil
}

// must carries out an Action that has to succeed.
func (c *caller) must(t *testing.T, action string, f fields) map[string]any {
	t.Helper()
	data, err := c.do(t.Context(), action, f)
	if err != nil {
		t.Fatalf("%s: %v", action, err)
	}
	return data
}
