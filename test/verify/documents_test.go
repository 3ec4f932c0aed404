// Package verify_test checks what the documents say about the project against the project. `make verify` runs it.
package verify_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the project's folder.
const root = "../.."

var readmeNames = [2]string{"README.md", "README.zh-CN.md"}

var (
	block  = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)\n```$")
	inline = regexp.MustCompile("`([^`\n]+)`")
	quoted = regexp.MustCompile(`"([^"\n]+)"`)
)

func TestEveryRelativeLinkLeadsToAFile(t *testing.T) {
	found := 0
	for name, text := range documents(t) {
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			found++
			path, anchor, _ := strings.Cut(link[1], "#")
			target := filepath.Join(filepath.Dir(name), path)
			if path == "" {
				target = name
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: the link %s leads nowhere", name, link[1])
			} else if anchor != "" && !slices.Contains(anchors(read(t, target)), anchor) {
				t.Errorf("%s: the link %s leads to no heading of %s", name, link[1], target)
			}
		}
	}
	if found < 8 {
		t.Errorf("found %d links only", found)
	}
}

// anchors are what GitHub lets the headings of a document be linked by.
func anchors(text string) (all []string) {
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(block.ReplaceAllString(text, ""), -1) {
		plain := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}

// A path is what begins with one of our folders; <service> and the like stand for any name.
func TestEveryPathThatIsNamedExists(t *testing.T) {
	path := regexp.MustCompile(`^(?:\./)?((?:deploy|docs|gateway|libs|services|test|tools|\.ci)/[^\s:]*)$`)
	found := 0
	for name, text := range documents(t) {
		for word := range strings.FieldsSeq(code(text)) {
			named := path.FindStringSubmatch(word)
			if named == nil {
				continue
			}
			found++
			pattern := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(strings.TrimSuffix(named[1], "/..."), "*")
			if matches, err := filepath.Glob(filepath.Join(root, pattern)); err != nil || len(matches) == 0 {
				t.Errorf("%s names %s, which is not there", name, word)
			}
		}
	}
	if found < 50 {
		t.Errorf("found %d paths only", found)
	}
}

func TestBothLanguagesShowTheSameCommands(t *testing.T) {
	comment := regexp.MustCompile(`(?m)\s+#.*$`)
	for _, pair := range pairs(t) {
		var shown [2][]string
		for i, name := range pair {
			for _, found := range block.FindAllStringSubmatch(read(t, name), -1) {
				if found[1] != "" { // the drawing has words in it
					shown[i] = append(shown[i], comment.ReplaceAllString(found[2], ""))
				}
			}
		}
		if !slices.Equal(shown[0], shown[1]) {
			t.Errorf("%s shows\n%q\n%s\n%q", pair[0], shown[0], pair[1], shown[1])
		}
		if pair == readmeNames && len(shown[0]) < 3 {
			t.Errorf("%s shows %q only", pair[0], shown[0])
		}
	}
}

func TestBothLanguagesNameTheSameThings(t *testing.T) {
	generated := regexp.MustCompile("(?s)" + regexp.QuoteMeta(tablesBegin) + ".*" + regexp.QuoteMeta(tablesEnd))
	for _, pair := range pairs(t) {
		var named [2]map[string]bool
		for i, name := range pair {
			named[i] = map[string]bool{}
			text := generated.ReplaceAllString(block.ReplaceAllString(read(t, name), ""), "")
			for _, found := range inline.FindAllStringSubmatch(text, -1) {
				named[i][found[1]] = true
			}
		}
		for i, name := range pair {
			for thing := range named[1-i] {
				if !named[i][thing] {
					t.Errorf("%s does not name `%s`, the other one does", name, thing)
				}
			}
		}
	}
}

func TestBothLanguagesHaveTheSameSections(t *testing.T) {
	heading := regexp.MustCompile(`(?m)^(#+) .*$`)
	for _, pair := range pairs(t) {
		var levels [2][]string
		for i, name := range pair {
			levels[i] = first(heading.FindAllStringSubmatch(block.ReplaceAllString(read(t, name), ""), -1))
		}
		if !slices.Equal(levels[0], levels[1]) {
			t.Errorf("%s has other sections than %s: %q and %q", pair[0], pair[1], levels[0], levels[1])
		}
	}
}

// Errors, which the READMEs leave to the protocol, are looked for there.
func TestBothREADMEsListTheActionsThereAre(t *testing.T) {
	there := actions(t)
	slices.Sort(there)
	for i, text := range readmes(t) {
		listed := first(regexp.MustCompile("(?m)^\\| \\[`([A-Z]\\w+)`\\]\\(docs/protocol").FindAllStringSubmatch(text, -1))
		slices.Sort(listed)
		if !slices.Equal(there, listed) {
			t.Errorf("%s lists these Actions\n%q\nand there are\n%q", readmeNames[i], listed, there)
		}
	}
}

// pairs are the documents that there are in two languages.
func pairs(t *testing.T) [][2]string {
	t.Helper()
	all := [][2]string{readmeNames}
	for _, path := range files(t, func(path string) bool { return strings.HasPrefix(path, "docs/") && strings.HasSuffix(path, ".zh.md") }) {
		all = append(all, [2]string{strings.TrimSuffix(path, ".zh.md") + ".md", path})
	}
	if len(all) < 6 {
		t.Fatalf("found %q only", all)
	}
	return all
}

// first are the first groups of matches.
func first(matches [][]string) (groups []string) {
	for _, match := range matches {
		groups = append(groups, match[1])
	}
	return groups
}

// documents are all documents, by path.
func documents(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, path := range files(t, func(path string) bool { return strings.HasSuffix(path, ".md") }) {
		all[path] = read(t, path)
	}
	if len(all) < 6 {
		t.Fatalf("found %d documents only", len(all))
	}
	return all
}

func readmes(t *testing.T) (texts [2]string) {
	t.Helper()
	for i, name := range readmeNames {
		texts[i] = read(t, name)
	}
	return texts
}

// code is what a document has in backquotes and in blocks, without comments.
func code(text string) string {
	var out strings.Builder
	for _, found := range block.FindAllStringSubmatch(text, -1) {
		out.WriteString(regexp.MustCompile(`(?m)(^|\s)#.*$`).ReplaceAllString(found[2], "") + "\n")
	}
	for _, found := range inline.FindAllStringSubmatch(block.ReplaceAllString(text, ""), -1) {
		out.WriteString(found[1] + "\n")
	}
	return out.String()
}

// files are the paths of the project's files that are wanted; what is built or only on this machine is left out.
func files(t *testing.T, wanted func(path string) bool) (paths []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", "bin", "data"}, path) {
			return fs.SkipDir
		}
		if !entry.IsDir() && wanted(path) {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// between is the part of a text after begin and before the next end.
func between(t *testing.T, text, begin, end string) string {
	t.Helper()
	_, after, found := strings.Cut(text, begin)
	part, _, ended := strings.Cut(after, end)
	if !found || !ended {
		t.Fatalf("there is no %q that ends with %q", begin, end)
	}
	return part
}
