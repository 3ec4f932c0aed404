package verify_test

import (
	"regexp"
	"strings"
	"testing"
)

// A new Action is asked for its tests: the rules that hold for every Action, a golden reply, and an outside client's view.
func TestEveryActionHasItsTests(t *testing.T) {
	golden := ""
	for _, path := range files(t, func(path string) bool { return strings.HasPrefix(path, "gateway/action/testdata/") }) {
		golden += read(t, path)
	}
	rules, suite := read(t, "gateway/action/required_test.go"), read(t, "test/e2e/e2e.go")
	for _, action := range actions(t) {
		if !strings.Contains(rules, `"`+action+`":`) {
			t.Errorf("%s is not among the requests of gateway/action/required_test.go", action)
		}
		if !strings.Contains(golden, `{"Action":"`+action+`"`) {
			t.Errorf("%s has no golden file in gateway/action/testdata", action)
		}
		if !strings.Contains(suite, `{"`+action+`", `) {
			t.Errorf("%s has no cases in test/e2e/e2e.go", action)
		}
	}
}

// actions are the names in the gateway's registry.
func actions(t *testing.T) (names []string) {
	t.Helper()
	registry := between(t, read(t, "gateway/action/registry.go"), "var registry = ", "\n}")
	for _, entry := range regexp.MustCompile(`"(\w+)": `).FindAllStringSubmatch(registry, -1) {
		names = append(names, entry[1])
	}
	if len(names) < 9 {
		t.Fatalf("found %d Actions only", len(names))
	}
	return names
}
