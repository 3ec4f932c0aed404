package verify_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryMakeTargetThatIsNamedExists(t *testing.T) {
	targets := targets(t)
	texts := documents(t)
	for name, text := range texts {
		texts[name] = code(text)
	}
	texts["Tiltfile"] = read(t, "Tiltfile")
	texts[".ci/run"] = strings.Join(regexp.MustCompile(`(?m)^step .*$`).FindAllString(read(t, ".ci/run"), -1), "\n")
	found := 0
	for name, text := range texts {
		for _, named := range regexp.MustCompile(`\bmake ([a-z0-9][a-z0-9-]*)`).FindAllStringSubmatch(text, -1) {
			found++
			if _, there := targets[named[1]]; !there {
				t.Errorf("%s names make %s, and there is no such target", name, named[1])
			}
		}
	}
	if found < 40 {
		t.Errorf("found %d targets only", found)
	}
}

func TestHelpListsEveryTarget(t *testing.T) {
	help, err := exec.CommandContext(t.Context(), "make", "--no-print-directory", "-C", root, "help").CombinedOutput()
	if err != nil {
		t.Fatalf("make help: %v\n%s", err, help)
	}
	for target := range targets(t) {
		if !regexp.MustCompile(`(?m)^  make ` + target + ` +\S`).Match(help) {
			t.Errorf("make help does not list %s", target)
		}
	}
}

func TestEveryScriptIsWellFormed(t *testing.T) {
	scripts := files(t, func(path string) bool { return strings.HasSuffix(path, ".sh") || path == ".ci/run" })
	if len(scripts) < 10 {
		t.Fatalf("found %d scripts only", len(scripts))
	}
	for _, script := range scripts {
		path := filepath.Join(root, script)
		if out, err := exec.CommandContext(t.Context(), "bash", "-n", path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
		if info, err := os.Stat(path); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("%s cannot be executed: %v", script, err)
		}
	}
}

// targets are the names that the Makefile says are no files.
func targets(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^\.PHONY: (.*)$`).FindAllStringSubmatch(read(t, "Makefile"), -1) {
		for name := range strings.FieldsSeq(line[1]) {
			all[name] = true
		}
	}
	if len(all) < 20 {
		t.Fatalf("found %d targets only", len(all))
	}
	return all
}
