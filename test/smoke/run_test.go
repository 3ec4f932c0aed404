package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
)

func TestAServerIsTried(t *testing.T) {
	deployment := deployments.Deployment{Programs: deployments.BuildStandalone(t), Copies: 1, Store: deployments.Bbolt}
	t.Run("and every Action carried out, and the room ended", func(t *testing.T) { everyAction(t, deployment) })
	t.Run("and shown a proof if it asks for one", func(t *testing.T) { proves(t, deployment) })
}

func everyAction(t *testing.T, deployment deployments.Deployment) {
	t.Helper()
	server := deployment.Start(t, map[string]string{"XZB_COS_BUCKET": ""})
	var out bytes.Buffer
	if err := run(t.Context(), []string{server.URL()}, &out, io.Discard); err != nil {
		t.Fatalf("%v, after\n%s", err, out.String())
	}
	for _, name := range []string{
		"RequestLVBAddr", "ChangeStatus", "EnterGroup", "ChangeCount", "FetchList", "FetchGroupMemberList", "GetUserInfo", "QuitGroup",
	} {
		if !strings.Contains(out.String(), "ok   "+name+"\n") {
			t.Errorf("%s is not carried out:\n%s", name, out.String())
		}
	}
	if !strings.Contains(out.String(), "uploads are not configured") {
		t.Errorf("it does not say that uploads are not configured:\n%s", out.String())
	}
	c := caller{url: server.URL() + "/interface.php", http: &http.Client{Timeout: requestTimeout}, out: io.Discard}
	if err := c.shows(t.Context(), "FetchList", fields{"flag": 1, "pageno": 1, "pagesize": 1}, `"totalcount":0`); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func proves(t *testing.T, deployment deployments.Deployment) {
	t.Helper()
	settings := client.AskingForProof()
	settings["XZB_AUTH_READS"], settings["XZB_AUTH_JWT_ISSUER"], settings["XZB_AUTH_JWT_AUDIENCE"] = "true", "us", "live,chat"
	server := deployment.Start(t, settings)
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(settings["XZB_AUTH_JWT_KEY"]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-jwt-key-file", key, "-jwt-issuer", "us", "-jwt-audience", "chat", server.URL()}
	var out bytes.Buffer
	if err := run(t.Context(), args, &out, io.Discard); err != nil || !strings.Contains(out.String(), "ok   QuitGroup\n") {
		t.Errorf("with a proof: %v, after\n%s", err, out.String())
	}
	args[3] = "them"
	if err := run(t.Context(), args, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "RequestLVBAddr: 4004") {
		t.Errorf("with a wrong proof: %v", err)
	}
	out.Reset()
	if err := run(t.Context(), args[6:], &out, io.Discard); err != nil || !strings.Contains(out.String(), "proof of identity is asked for") {
		t.Errorf("without a proof: %v, after\n%s", err, out.String())
	}
}

func TestAFailureNamesTheActionAndWhatWasAnswered(t *testing.T) {
	for name, test := range map[string]struct{ status, body, want string }{
		"a refusal":   {"200", `{"returnValue":4000,"returnMsg":"bizid is not configured","returnData":{}}`, "RequestLVBAddr: 4000 bizid is not configured"},
		"no envelope": {"502", `Bad Gateway`, "RequestLVBAddr: answered with status 502 and no envelope: Bad Gateway"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if test.status != "200" {
					w.WriteHeader(http.StatusBadGateway)
				}
				fmt.Fprint(w, test.body)
			}))
			defer server.Close()
			err := run(t.Context(), []string{server.URL}, io.Discard, io.Discard)
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
