package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"xiaozhibo.dev/test/programs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// small is a crowd of a few seconds, against the program in a folder.
func small(bin, dir string, more ...string) []string {
	return append([]string{"-bin", bin, "-dir", dir, "-viewers", "300", "-rooms", "12", "-faster", "60", "-connections", "32"}, more...)
}

func TestACrowd(t *testing.T) {
	bin := t.TempDir()
	command := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "xiaozhibo"), "xiaozhibo.dev/deploy/standalone")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	t.Run("and the server know the same", func(t *testing.T) { knowsWhatTheServerKnows(t, bin) })
	t.Run("is told what was refused, by Action", func(t *testing.T) { isToldRefusals(t, bin) })
	t.Run("finds a server that forgets likes", func(t *testing.T) { findsForgottenLikes(t, bin) })
}

func knowsWhatTheServerKnows(t *testing.T, bin string) {
	dir := t.TempDir()
	var out bytes.Buffer
	if err := run(t.Context(), small(bin, dir), &out, io.Discard); err != nil {
		t.Fatalf("%v, after\n%s", err, out.String())
	}
	for _, want := range []string{
		"300 viewers, all within 30s, in 12 rooms", "| RequestLVBAddr | ", "| GetCOSSign | ", "| EnterGroup | ", "| QuitGroup | ",
		"| ChangeCount | ", "| FetchList | ", "| FetchGroupMemberList | ", "| GetUserInfo | ", "| ChangeStatus | ",
		"| xiaozhibo | ", "0 numbers are not what the crowd knows",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in\n%s", want, &out)
		}
	}
	told := regexp.MustCompile(`The truth: (\d+) rooms have (\d+) viewers and (\d+) likes`).FindStringSubmatch(out.String())
	if len(told) != 4 || told[2] == "0" || told[3] == "0" {
		t.Errorf("nobody is there or likes anything: %s", told)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left behind, %v", left, err)
	}
}

func isToldRefusals(t *testing.T, bin string) {
	var out bytes.Buffer
	err := run(t.Context(), small(bin, t.TempDir(), "-carrier", "0.9", "-set", "XZB_RATE_LIMIT=10"), &out, io.Discard)
	if err != nil {
		t.Fatalf("%v, after\n%s", err, out.String())
	}
	if !regexp.MustCompile(`\| FetchList \| \d+ \| [1-9]\d* \| `).MatchString(out.String()) {
		t.Errorf("nine of ten come from one address, and no FetchList is refused:\n%s", out.String())
	}
}

func findsForgottenLikes(t *testing.T, bin string) {
	builder := programs.Builder{Bin: bin, Folder: t.TempDir()}
	server, err := builder.Alone(t.Context())
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	proxy := forgetful(t, server.URL)
	var out bytes.Buffer
	args := []string{"-url", proxy, "-viewers", "300", "-rooms", "12", "-faster", "60", "-connections", "32"}
	if err = run(t.Context(), args, &out, io.Discard); err == nil || !strings.Contains(err.Error(), "has likes: 0, the crowd knows of") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(out.String(), "were not started here") {
		t.Errorf("it does not say that processes are not known:\n%s", out.String())
	}
}

// forgetful is the URL of a proxy that says of every like that it counted.
func forgetful(t *testing.T, server string) string {
	t.Helper()
	behind, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = behind.Scheme, behind.Host
	}}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read a request: %v", err)
		}
		if bytes.Contains(body, []byte("ChangeCount")) {
			fmt.Fprint(w, `{"returnValue":0,"returnMsg":"","returnData":{}}`)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return front.URL
}

func TestACrowdThatIsStoppedLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, []string{"-url", "http://127.0.0.1:1", "-viewers", "10"}, io.Discard, io.Discard); err == nil {
		t.Error("it is done")
	}
}

func TestBadFlagsAreNamed(t *testing.T) {
	for _, args := range [][]string{
		{"-viewers", "0"}, {"-arrival", "morning"}, {"-fresh", "2"}, {"-set", "PATH=/"}, {"-url", "http://localhost", "-split"}, {"-faster", "-1"}, {"more"},
	} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}
