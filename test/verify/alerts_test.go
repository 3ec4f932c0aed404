package verify_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// An operator finds each alert in the guide, in both languages, with a link to what to do.
func TestEveryAlertIsInTheGuideForOperators(t *testing.T) {
	pages := files(t, func(path string) bool { return strings.HasPrefix(path, "deploy/helm/xiaozhibo/runbooks/") })
	if len(pages) < 20 {
		t.Fatalf("found %d pages only", len(pages))
	}
	for _, guide := range []string{"docs/operations.md", "docs/operations.zh.md"} {
		text := read(t, guide)
		for _, page := range pages {
			name := strings.TrimSuffix(filepath.Base(page), ".md")
			if !strings.Contains(text, "[`"+name+"`](../"+page+")") {
				t.Errorf("%s does not lead from %s to %s", guide, name, page)
			}
		}
	}
}
