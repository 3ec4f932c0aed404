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
	path := regexp.MustCompile(`^(?:\./)?((?:deploy|docs|gateway|libs|services|tools|\.ci)/[^\s:]*)$`)
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

func TestBothREADMEsShowTheSameCommands(t *testing.T) {
	comment := regexp.MustCompile(`(?m)\s+#.*$`)
	var shown [2][]string
	for i, text := range readmes(t) {
		for _, found := range block.FindAllStringSubmatch(text, -1) {
			if found[1] != "" { // the drawing has words in it
				shown[i] = append(shown[i], comment.ReplaceAllString(found[2], ""))
			}
		}
	}
	if len(shown[0]) < 3 || !slices.Equal(shown[0], shown[1]) {
		t.Errorf("README.md shows\n%q\nREADME.zh-CN.md\n%q", shown[0], shown[1])
	}
}

func TestBothREADMEsNameTheSameThings(t *testing.T) {
	var named [2]map[string]bool
	for i, text := range readmes(t) {
		named[i] = map[string]bool{}
		for _, found := range inline.FindAllStringSubmatch(block.ReplaceAllString(text, ""), -1) {
			named[i][found[1]] = true
		}
	}
	for i, name := range readmeNames {
		for thing := range named[1-i] {
			if !named[i][thing] {
				t.Errorf("%s does not name `%s`, the other one does", name, thing)
			}
		}
	}
}

func TestBothREADMEsListTheActionsAndCodesThereAre(t *testing.T) {
	codes := first(regexp.MustCompile(`(?m)^\t\w+ +Code = (\d+)`).FindAllStringSubmatch(read(t, "gateway/envelope/code.go"), -1))
	for i, text := range readmes(t) {
		rows := strings.Join(regexp.MustCompile("(?m)^\\| `[A-Z]+[a-z][^|]*\\|").FindAllString(text, -1), "")
		for what, lists := range map[string][2][]string{
			"Action":      {actions(t), first(inline.FindAllStringSubmatch(rows, -1))},
			"returnValue": {codes, first(regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(text, -1))},
		} {
			there, listed := lists[0], lists[1]
			slices.Sort(there)
			slices.Sort(listed)
			if len(there) == 0 || !slices.Equal(there, listed) {
				t.Errorf("%s lists these of every %s\n%q\nand there are\n%q", readmeNames[i], what, listed, there)
			}
		}
	}
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
