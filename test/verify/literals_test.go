package verify_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Two fields of one type can be swapped in a struct, and every literal without keys still
// compiles and means something else. The linters know only literals of other packages.
func TestAStructWithFieldsOfOneTypeIsWrittenWithKeys(t *testing.T) {
	folders := map[string][]string{}
	for _, module := range []string{"libs", "services", "gateway", "deploy"} {
		err := filepath.WalkDir(filepath.Join(root, module), func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				folders[filepath.Dir(path)] = append(folders[filepath.Dir(path)], path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	for _, paths := range folders {
		set := token.NewFileSet()
		var files []*ast.File
		for _, path := range paths {
			file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
		alike := structsWithFieldsOfOneType(files)
		found += len(alike)
		for _, at := range literalsWithoutKeys(files, alike) {
			t.Errorf("%s: name the fields, some of which have the same type", set.Position(at))
		}
	}
	if found < 100 {
		t.Errorf("only %d structs have fields of one type: this test does not find them", found)
	}
}

// structsWithFieldsOfOneType returns the names of those that are declared in files.
func structsWithFieldsOfOneType(files []*ast.File) map[string]bool {
	alike := map[string]bool{}
	inspect(files, func(node ast.Node) {
		declared, is := node.(*ast.TypeSpec)
		if !is {
			return
		}
		if structure, is := declared.Type.(*ast.StructType); is {
			fields := map[string]int{}
			for _, field := range structure.Fields.List {
				fields[types.ExprString(field.Type)] += max(1, len(field.Names))
			}
			for _, count := range fields {
				alike[declared.Name.Name] = alike[declared.Name.Name] || count > 1
			}
			if !alike[declared.Name.Name] {
				delete(alike, declared.Name.Name)
			}
		}
	})
	return alike
}

// literalsWithoutKeys returns where a literal of one of the structs has values alone.
func literalsWithoutKeys(files []*ast.File, structs map[string]bool) (places []token.Pos) {
	inspect(files, func(node ast.Node) {
		literal, is := node.(*ast.CompositeLit)
		if !is || len(literal.Elts) < 2 {
			return
		}
		name, is := literal.Type.(*ast.Ident)
		if _, keyed := literal.Elts[0].(*ast.KeyValueExpr); is && structs[name.Name] && !keyed {
			places = append(places, literal.Pos())
		}
	})
	return places
}

// inspect visits every node of files.
func inspect(files []*ast.File, visit func(ast.Node)) {
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool { visit(node); return true })
	}
}
