package verify_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/api/streams"
)

const (
	adminAPI       = "docs/admin-openapi.yaml"
	servedAdminAPI = "gateway/admin/openapi.yaml"
)

func TestTheOpenAPIOfTheAdminAPIIsServed(t *testing.T) {
	want := read(t, adminAPI)
	if *update {
		if err := os.WriteFile(filepath.Join(root, servedAdminAPI), []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, servedAdminAPI) != want {
		t.Errorf("%s is not %s: run make admin-openapi", servedAdminAPI, adminAPI)
	}
}

// routeOfAdmin is how a part adds what operators are answered.
var routeOfAdmin = regexp.MustCompile(`(?:AddAdmin\(|\{Pattern: )"([A-Z]+ /[^"]*)"`)

func TestTheOpenAPIOfTheAdminAPIHasEveryRoute(t *testing.T) {
	var served []string
	for _, path := range files(t, func(path string) bool {
		return strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.HasPrefix(path, "gateway/console/")
	}) {
		served = append(served, first(routeOfAdmin.FindAllStringSubmatch(read(t, path), -1))...)
	}
	var described []string
	for _, one := range adminOperations(t, readDocument(t, adminAPI)) {
		described = append(described, one.name)
	}
	mustBeSame(t, "route", adminAPI, described, "the code", served)
	for _, name := range []string{"docs/admin.md", "docs/admin.zh.md"} {
		listed := first(regexp.MustCompile("(?m)^\\| `([A-Z]+ /[^`?]*)").FindAllStringSubmatch(read(t, name), -1))
		mustBeSame(t, "route", adminAPI, described, name, listed)
	}
}

func TestTheOpenAPIOfTheAdminAPIHasEveryWordOfAStory(t *testing.T) {
	api := readDocument(t, adminAPI)
	code := read(t, "libs/api/streams/story.go")
	what := regexp.MustCompile(`\sWhat += "(\w+)"`).FindAllStringSubmatch(code, -1)
	standing := regexp.MustCompile(`\sStanding += "(\w+)"`).FindAllStringSubmatch(code, -1)
	for name, words := range map[string][]string{
		"Verdict": texts(streams.Verdicts), "Source": texts(streams.Sources), "Reason": texts(streams.EndReasons), "What": first(what), "Standing": first(standing),
	} {
		mustBeSame(t, name, adminAPI, texts(api.schema(name)["enum"].([]any)), "libs/api/streams", words)
	}
}

func texts[T any](words []T) (all []string) {
	for _, word := range words {
		all = append(all, fmt.Sprint(word))
	}
	return all
}

// operation is a method of a path, as the document has it.
type operation struct {
	name      string // GET /api/room
	place     string // where in the document
	described object
}

func adminOperations(t *testing.T, api openAPIDoc) (all []operation) {
	t.Helper()
	ids := map[any]bool{}
	for path, methods := range api.at("paths") {
		for method, described := range methods.(object) {
			place := "#/paths/" + strings.ReplaceAll(path, "/", "~1") + "/" + method
			one := operation{strings.ToUpper(method) + " " + path, place, described.(object)}
			id := one.described["operationId"]
			if id == nil || ids[id] {
				t.Errorf("%s: the operationId of %s is %v: clients need one of its own", adminAPI, one.name, id)
			}
			ids[id] = true
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.name, b.name) })
	return all
}
