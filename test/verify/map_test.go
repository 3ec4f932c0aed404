package verify_test

import (
	"regexp"
	"strings"
	"testing"
)

// The map must lead from every Action to its rule and its stores: the files are there, what stands in parentheses behind
// one is declared in it, and the Action's own file and cases have the names that the map gives them.
func TestTheMapLeadsFromEveryActionToItsRuleAndStores(t *testing.T) {
	section := between(t, read(t, "ARCHITECTURE.md"), "\n## An Action, from its rule to its store\n", "\n## ")
	rows := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` (\\|.*)$").FindAllStringSubmatch(section, -1) {
		rows[row[1]] = row[2]
	}
	for _, action := range actions(t) {
		row, listed := rows[action]
		delete(rows, action)
		if !listed {
			t.Errorf("ARCHITECTURE.md has no row for %s", action)
			continue
		}
		mustDeclareWhatIsNamed(t, action, row)
		mustHandle(t, action)
		read(t, "test/e2e/cases/"+strings.ToLower(action)+".go")
	}
	for name := range rows {
		t.Errorf("ARCHITECTURE.md has a row for %s, which is no Action", name)
	}
}

// mustDeclareWhatIsNamed looks into each file of a row for the names in parentheses behind it.
func mustDeclareWhatIsNamed(t *testing.T, action, row string) {
	t.Helper()
	named := regexp.MustCompile("`([\\w/.]+\\.go)`(?: \\(([^)]*)\\))?").FindAllStringSubmatch(row, -1)
	if len(named) < 3 {
		t.Errorf("%s: the row names %d files of Go only", action, len(named))
	}
	for _, one := range named {
		file := read(t, one[1])
		for _, name := range inline.FindAllStringSubmatch(one[2], -1) {
			declared := regexp.MustCompile(`(?m)^(?:func (?:\([^)]*\) )?|type )` + name[1] + `\b`)
			if !declared.MatchString(file) {
				t.Errorf("%s: %s declares no %s", action, one[1], name[1])
			}
		}
	}
}

// mustHandle checks that the function in the registry is in the file that has the Action's name, in lower case and
// with underscores.
func mustHandle(t *testing.T, action string) {
	t.Helper()
	handler := between(t, read(t, "gateway/action/registry.go"), `"`+action+`":`, ",")
	for _, file := range files(t, func(path string) bool {
		return strings.HasPrefix(path, "gateway/action/") && strings.ReplaceAll(strings.TrimPrefix(path, "gateway/action/"), "_", "") == strings.ToLower(action)+".go"
	}) {
		if strings.Contains(read(t, file), "\nfunc "+strings.TrimSpace(handler)+"(") {
			return
		}
	}
	t.Errorf("%s is not in the file of gateway/action that has its name", action)
}
