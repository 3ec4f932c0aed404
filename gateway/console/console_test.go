package console_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"xiaozhibo.dev/gateway/console"
)

// mux serves the console as the admin listener does, to all tests.
var mux = sync.OnceValue(func() *http.ServeMux {
	mux := http.NewServeMux()
	for _, page := range console.Pages() {
		mux.Handle(page.Pattern, page.Handler)
	}
	return mux
})

func get(t *testing.T, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	reply := httptest.NewRecorder()
	mux().ServeHTTP(reply, request)
	return reply
}

// below returns the address of a file, as the page of this version has it.
func below(t *testing.T, name string) string {
	t.Helper()
	found := regexp.MustCompile(`"(console/[0-9a-f]{12}/)main\.js"`).FindStringSubmatch(get(t, "/").Body.String())
	if found == nil {
		t.Fatal("the page does not name its script under a version")
	}
	return "/" + found[1] + name
}

func TestThePageRunsNoScriptFromElsewhere(t *testing.T) {
	page := get(t, "/")
	if page.Code != http.StatusOK || page.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("the page is answered %d, %v", page.Code, page.Header())
	}
	policy := page.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
	if body := page.Body.String(); strings.Contains(body, "http://") || strings.Contains(body, "https://") || strings.Contains(body, " on") {
		t.Errorf("the page refers elsewhere, or has a handler in it: %s", body)
	}
}

func TestEveryFileThatThePageImportsIsThere(t *testing.T) {
	imports := regexp.MustCompile(`(?:from|import\() ?'\./([^']+)'`)
	for _, path := range files(t, "*.js") {
		for _, found := range imports.FindAllStringSubmatch(read(t, path), -1) {
			if reply := get(t, below(t, found[1])); reply.Code != http.StatusOK || reply.Header().Get("Content-Type") != "text/javascript; charset=utf-8" {
				t.Errorf("%s imports %s: %d %v", path, found[1], reply.Code, reply.Header())
			}
		}
	}
}

func TestAFileThatIsNotThereIsNotFound(t *testing.T) {
	for _, path := range []string{
		"/console/", below(t, "none.js"), below(t, ""), below(t, "vendor"), below(t, "..%2fconsole.go"), below(t, "%00"), below(t, "index.html"),
	} {
		if reply := get(t, path); reply.Code != http.StatusNotFound {
			t.Errorf("%s is answered %d", path, reply.Code)
		}
	}
}

func TestABrowserAsksForAFileOnceForEachVersion(t *testing.T) {
	for path, caching := range map[string]string{
		"/": "no-cache", below(t, "main.js"): "public, max-age=31536000, immutable", "/console/of-another-version/main.js": "no-cache",
	} {
		for _, encoding := range []string{"", "gzip"} {
			first := get(t, path, "Accept-Encoding", encoding).Header()
			if got := first.Get("Cache-Control"); got != caching {
				t.Errorf("%s is kept as %q, want %q", path, got, caching)
			}
			again := get(t, path, "Accept-Encoding", encoding, "If-None-Match", first.Get("ETag"))
			if first.Get("ETag") == "" || again.Code != http.StatusNotModified || again.Body.Len() != 0 {
				t.Errorf("%s with the tag %q: %d", path, first.Get("ETag"), again.Code)
			}
		}
	}
}

func TestAFileIsSentCompressedToWhoCanReadIt(t *testing.T) {
	path := below(t, "vendor/hls.js")
	plain, packed := get(t, path), get(t, path, "Accept-Encoding", "br, gzip")
	if plain.Header().Get("Content-Encoding") != "" || packed.Header().Get("Content-Encoding") != "gzip" || packed.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers without and with gzip: %v, %v", plain.Header(), packed.Header())
	}
	if plain.Header().Get("ETag") == packed.Header().Get("ETag") {
		t.Error("two forms of a file have one tag")
	}
	if packed.Body.Len() > plain.Body.Len()/2 {
		t.Errorf("%d bytes of %d", packed.Body.Len(), plain.Body.Len())
	}
	reader, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(reader); err != nil || !bytes.Equal(content, plain.Body.Bytes()) {
		t.Errorf("unpacked it is another file: %d bytes, %v", len(content), err)
	}
}

// Scripts of others are as they were published: nobody has to read them again.
func TestScriptsOfOthersAreUnchangedAndLicensed(t *testing.T) {
	sums := read(t, "page/vendor/SHA256SUMS")
	scripts := files(t, "vendor/*.js")
	if got := strings.Count(sums, "\n"); got != len(scripts) {
		t.Errorf("%d hashes of %d scripts", got, len(scripts))
	}
	readme := read(t, "page/vendor/README.md")
	for _, path := range scripts {
		hash := sha256.Sum256([]byte(read(t, path)))
		name := filepath.Base(path)
		if want := hex.EncodeToString(hash[:]) + "  " + name + "\n"; !strings.Contains(sums, want) {
			t.Errorf("%s is not as it was", name)
		}
		if !strings.Contains(readme, "`"+name+"`") {
			t.Errorf("the README does not say where %s is from", name)
		}
	}
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	text := read(t, "page/words.js")
	en, zh, ok := strings.Cut(text[strings.Index(text, "en: {"):strings.Index(text, "};")], "zh: {")
	keys := regexp.MustCompile(`(\w+): '((?:[^'\\]|\\.)*)'`)
	values := regexp.MustCompile(`\{\w+\}`)
	told := func(section string) (all []string) {
		for _, found := range keys.FindAllStringSubmatch(section, -1) {
			names := values.FindAllString(found[2], -1)
			slices.Sort(names)
			all = append(all, found[1]+strings.Join(names, ""))
		}
		slices.Sort(all)
		return all
	}
	english, chinese := told(en), told(zh)
	if !ok || len(english) < 50 || !slices.Equal(english, chinese) {
		t.Errorf("keys and values in English and Chinese:\n%v\n%v", english, chinese)
	}
	known := map[string]bool{}
	for _, key := range english {
		known[strings.SplitN(key, "{", 2)[0]] = true
	}
	said := regexp.MustCompile(`\bsay\('(\w+)'[,)]`)
	for _, path := range files(t, "*.js") {
		for _, found := range said.FindAllStringSubmatch(read(t, path), -1) {
			if !known[found[1]] {
				t.Errorf("%s says %q, which has no words", path, found[1])
			}
		}
	}
}

func TestTheFormsAreToldInChineseToo(t *testing.T) {
	var actions []struct {
		Description string
		Fields      []struct{ Description string }
	}
	if err := json.Unmarshal([]byte(read(t, "page/actions.json")), &actions); err != nil {
		t.Fatal(err)
	}
	chinese := strings.NewReplacer(`\'`, `'`, `"`, `'`).Replace(read(t, "page/forms.js"))
	for _, action := range actions {
		for _, field := range append(action.Fields, struct{ Description string }{action.Description}) {
			if field.Description != "" && !strings.Contains(chinese, "'"+field.Description+"': '") {
				t.Errorf("page/forms.js has no Chinese for %q", field.Description)
			}
		}
	}
	if len(actions) != 9 {
		t.Errorf("there are %d forms", len(actions))
	}
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob("page/" + pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %v, %v", pattern, paths, err)
	}
	return paths
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
