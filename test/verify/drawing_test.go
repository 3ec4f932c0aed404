package verify_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// floors are the packages of one module, or of one service, as ARCHITECTURE.md draws them: the
// floor of each, counted from the top. A package is named by its folder, "." is the module's own.
type floors map[string]int

// of returns the floor of a folder. A folder that is not drawn is part of the one it is in.
func (f floors) of(folder string) (floor int, drawn string, found bool) {
	for ; ; folder = filepath.Dir(folder) {
		if floor, found := f[folder]; found || folder == "." {
			return floor, folder, found
		}
	}
}

// In the drawing each line is a floor, and a package imports only from floors below its own.
func TestPackagesStandOnTheFloorsOfTheDrawing(t *testing.T) {
	drawn := readDrawing(t)
	arrows := 0
	for module, floors := range drawn {
		packages := packagesOf(t, module)
		for folder := range floors {
			if packages[folder] == nil {
				t.Errorf("ARCHITECTURE.md draws %s in %s, where it is not", folder, module)
			}
		}
		for folder, imports := range packages {
			floor, name, found := floors.of(folder)
			if !found || name == "." && folder != "." {
				t.Errorf("ARCHITECTURE.md does not draw %s of %s", folder, module)
				continue
			}
			for _, imported := range imports {
				below, other, found := floors.of(imported)
				if arrows++; found && other != name && below <= floor {
					t.Errorf("%s: %s imports %s, which ARCHITECTURE.md does not draw below it", module, folder, imported)
				}
			}
		}
	}
	if len(drawn) < 6 || arrows < 100 {
		t.Errorf("found %d drawings and %d imports only", len(drawn), arrows)
	}
}

// readDrawing reads the block that begins with a line of floors. A word at the beginning of a
// line names what is drawn from there on; what stands behind a dash is for people.
func readDrawing(t *testing.T) map[string]floors {
	t.Helper()
	drawn := map[string]floors{}
	for _, text := range block.FindAllStringSubmatch(read(t, "ARCHITECTURE.md"), -1) {
		if text[1] != "floors" {
			continue
		}
		var modules []string
		floor := 0
		for line := range strings.Lines(text[2]) {
			line, _, _ = strings.Cut(line, " — ")
			words := strings.Fields(line)
			if len(words) > 0 && !strings.HasPrefix(line, " ") {
				modules = each(words[0])
				words = words[1:]
			}
			floor++
			for _, module := range modules {
				if drawn[module] == nil {
					drawn[module] = floors{}
				}
				for _, word := range words {
					drawn[module][strings.ReplaceAll(word, "<service>", filepath.Base(module))] = floor
				}
			}
		}
	}
	return drawn
}

// each returns the modules that a name stands for.
func each(name string) (modules []string) {
	if !strings.Contains(name, "<service>") {
		return []string{name}
	}
	for _, service := range []string{"stream", "counter", "room", "signing"} {
		modules = append(modules, strings.ReplaceAll(name, "<service>", service))
	}
	return modules
}

// forTests are packages that only tests and measurements import.
var forTests = regexp.MustCompile(`(test|bench)$`)

// packagesOf returns what each package of a module imports of the same module, by folders.
func packagesOf(t *testing.T, module string) map[string][]string {
	t.Helper()
	own := "xiaozhibo.dev/" + module
	packages := map[string][]string{}
	err := filepath.WalkDir(filepath.Join(root, module), func(path string, _ fs.DirEntry, err error) error {
		folder, _ := filepath.Rel(filepath.Join(root, module), filepath.Dir(path))
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || forTests.MatchString(folder) {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		if packages[folder] == nil {
			packages[folder] = []string{}
		}
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if imported == own {
				packages[folder] = append(packages[folder], ".")
			} else if inner, is := strings.CutPrefix(imported, own+"/"); is {
				packages[folder] = append(packages[folder], inner)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}
