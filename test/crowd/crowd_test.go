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
	"time"

	"go.uber.org/goleak"

	"xiaozhibo.dev/test/programs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// small is a crowd of a few seconds, against the program in a folder.
func small(bin, dir string, more ...string) []string {
	return append([]string{"-bin", bin, "-dir", dir, "-viewers", "300", "-rooms", "12", "-faster", "60", "-connections", "32"}, more...)
}

func TestACrowd(t *testing.T) {
	programs.AreBuilt()
	bin := t.TempDir()
	command := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "xiaozhibo"), "xiaozhibo.dev/deploy/standalone")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	t.Run("and the server know the same", func(t *testing.T) { knowsWhatTheServerKnows(t, bin) })
	t.Run("is told what was refused, by Action", func(t *testing.T) { isToldRefusals(t, bin) })
	t.Run("finds a server that forgets likes", func(t *testing.T) { findsForgottenLikes(t, bin) })
}

// long runs a crowd, and one that has twice as long as the last again, until enough has happened: on a machine that is
// busy nobody may have come to like anything in three seconds.
func long(t *testing.T, enough func(out string) bool, args ...string) (out string, err error) {
	t.Helper()
	for length := 3 * time.Minute; length < 5*time.Hour; length *= 2 { // sixty times as fast: up to three minutes
		var told bytes.Buffer
		err = run(t.Context(), append(args, "-length", length.String()), &told, io.Discard)
		if out = told.String(); enough(out) {
			return out, err
		}
		t.Logf("a crowd of %s was too short: %v", length, err)
	}
	return out, err
}

var (
	somebodyLiked   = regexp.MustCompile(`\| ChangeCount \| [1-9]`)
	somebodyStayed  = regexp.MustCompile(`rooms have [1-9]\d* viewers and [1-9]\d* likes`)
	somebodyRefused = regexp.MustCompile(`\| FetchList \| \d+ \| [1-9]\d* \| `)
)

func knowsWhatTheServerKnows(t *testing.T, bin string) {
	dir := t.TempDir()
	out, err := long(t, somebodyStayed.MatchString, small(bin, dir)...)
	if err != nil {
		t.Fatalf("%v, after\n%s", err, out)
	}
	for _, want := range []string{
		"300 viewers, all within 30s, in 12 rooms", "| RequestLVBAddr | ", "| GetCOSSign | ", "| EnterGroup | ", "| QuitGroup | ",
		"| ChangeCount | ", "| FetchList | ", "| FetchGroupMemberList | ", "| GetUserInfo | ", "| ChangeStatus | ",
		"| xiaozhibo | ", "0 numbers are not what the crowd knows",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
	if !somebodyStayed.MatchString(out) {
		t.Errorf("nobody is there or likes anything:\n%s", out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left behind, %v", left, err)
	}
}

func isToldRefusals(t *testing.T, bin string) {
	out, err := long(t, somebodyRefused.MatchString, small(bin, t.TempDir(), "-carrier", "0.9", "-set", "XZB_RATE_LIMIT=10")...)
	if err != nil {
		t.Fatalf("%v, after\n%s", err, out)
	}
	if !somebodyRefused.MatchString(out) {
		t.Errorf("nine of ten come from one address, and no FetchList is refused:\n%s", out)
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
	out, err := long(t, somebodyLiked.MatchString, "-url", proxy, "-viewers", "300", "-rooms", "12", "-faster", "60", "-connections", "32")
	if err == nil || !strings.Contains(err.Error(), "has likes: 0, the crowd knows of") {
		t.Errorf("got %v, after\n%s", err, out)
	}
	if !strings.Contains(out, "were not started here") {
		t.Errorf("it does not say that processes are not known:\n%s", out)
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
