package verify_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestOpenAPIHasTheFieldsThatActionsRead(t *testing.T) {
	api, code := readOpenAPI(t), parseGateway(t)
	for name, handler := range code.registry {
		mustBeSame(t, "field", openAPI+"#"+name, paths(api.fields(name)), "gateway/action", code.reads(handler, ""))
	}
	mustBeSame(t, "field", openAPI+"#Event", paths(api.fields("Event")), "gateway/event", code.readIn("gateway/event"))
}

func TestOpenAPIHasTheTypesOfEventFields(t *testing.T) {
	code := parseGateway(t)
	methods := map[string]string{}
	for _, function := range code.functions {
		ast.Inspect(function, func(node ast.Node) bool {
			if call, is := node.(*ast.CallExpr); is {
				if method, field := code.methodOf(call); strings.HasPrefix(method, "Loose") {
					methods[field] = method
				}
			}
			return true
		})
	}
	for _, field := range readOpenAPI(t).fields("Event") {
		if integer := methods[field.path] == "LooseInt"; integer != (field.kind == "int") {
			t.Errorf("%s#Event has %s as %s, gateway/event reads it by %s", openAPI, field.path, field.kind, methods[field.path])
		}
	}
}

// What is read for every Action is read outside of their own functions. What looks at an Action's own field there adds none.
func TestOpenAPIHasTheFieldsThatAreReadForEveryAction(t *testing.T) {
	api, code := readOpenAPI(t), parseGateway(t)
	read := slices.DeleteFunc(code.readElsewhere(), func(field string) bool {
		return slices.ContainsFunc(actions(t), func(action string) bool { return slices.Contains(paths(api.fields(action)), field) })
	})
	described := paths(api.fields("Identity"))
	mustBeSame(t, "field", openAPI+"#Identity", described, "the gateway", read)
}

func TestOpenAPIHasTheFieldsOfReplies(t *testing.T) {
	api := readOpenAPI(t)
	var described, sent []string
	for schema := range api.at("components", "schemas") {
		if strings.HasSuffix(schema, "Data") || strings.HasSuffix(schema, "info") {
			for _, field := range api.fields(schema) {
				described = append(described, field.name())
			}
		}
	}
	// A name is in the tag of a struct, or written out.
	literal, name := regexp.MustCompile("`[^`\n]*`"), regexp.MustCompile(`json:"(\w+)|"(\w+)":`)
	for _, path := range files(t, func(path string) bool { return strings.HasPrefix(path, "gateway/action/") && isCode(path) }) {
		for _, text := range literal.FindAllString(read(t, path), -1) {
			for _, found := range name.FindAllStringSubmatch(text, -1) {
				sent = append(sent, found[1]+found[2])
			}
		}
	}
	mustBeSame(t, "field", openAPI, described, "gateway/action", sent)
}

func paths(fields []schemaField) (all []string) {
	for _, field := range fields {
		all = append(all, field.path)
	}
	return all
}

// gatewayCode are the gateway's functions, as far as they read fields.
type gatewayCode struct {
	functions map[string]*ast.FuncDecl // folder and name
	constants map[string]string        // texts, by name
	readers   []string                 // the methods of envelope.Fields that read one by name
	registry  map[string]string        // handlers by Action
}

func parseGateway(t *testing.T) gatewayCode {
	t.Helper()
	code := gatewayCode{functions: map[string]*ast.FuncDecl{}, constants: map[string]string{}, registry: map[string]string{}}
	constant := regexp.MustCompile(`(?m)^(?:const |\t)(\w+) += "([^"]+)"$`)
	for _, path := range files(t, func(path string) bool { return strings.HasPrefix(path, "gateway/") && isCode(path) }) {
		parsed, err := parser.ParseFile(token.NewFileSet(), path, read(t, path), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, named := range constant.FindAllStringSubmatch(read(t, path), -1) {
			code.constants[named[1]] = named[2]
		}
		folder := path[:strings.LastIndex(path, "/")]
		for _, declared := range parsed.Decls {
			if function, is := declared.(*ast.FuncDecl); is {
				code.functions[folder+" "+function.Name.Name] = function
			}
		}
	}
	reader := regexp.MustCompile(`(?m)^func \(f \*Fields\) ([A-Z]\w*)\(name string.*\) \(?\*?\w`)
	for _, path := range files(t, func(path string) bool { return strings.HasPrefix(path, "gateway/envelope/") && isCode(path) }) {
		code.readers = append(code.readers, first(reader.FindAllStringSubmatch(read(t, path), -1))...)
	}
	registry := between(t, read(t, "gateway/action/registry.go"), "var registry = ", "\n}")
	for _, entry := range regexp.MustCompile(`"(\w+)": +(\w+),`).FindAllStringSubmatch(registry, -1) {
		code.registry[entry[1]] = entry[2]
	}
	if len(code.readers) < 8 || len(code.registry) < 9 {
		t.Fatalf("found the readers %q and the Actions %v only", code.readers, code.registry)
	}
	return code
}

// reads are the fields that an Action's function reads, and those it calls.
func (c gatewayCode) reads(function, prefix string) (fields []string) {
	c.eachRead(c.functions["gateway/action "+function], func(field string) { fields = append(fields, prefix+field) },
		func(callee, under string) { fields = append(fields, c.reads(callee, prefix+under)...) })
	slices.Sort(fields)
	return slices.Compact(fields)
}

// readIn are the fields that functions of a folder read.
func (c gatewayCode) readIn(folder string) (fields []string) {
	for _, name := range slices.Sorted(maps.Keys(c.functions)) {
		if strings.HasPrefix(name, folder+" ") {
			c.eachRead(c.functions[name], func(field string) { fields = append(fields, field) }, func(string, string) {})
		}
	}
	return fields
}

func (c gatewayCode) readElsewhere() (fields []string) {
	ofActions := map[string]bool{}
	var reach func(function string)
	reach = func(function string) {
		ofActions["gateway/action "+function] = true
		c.eachRead(c.functions["gateway/action "+function], func(string) {}, func(callee, _ string) { reach(callee) })
	}
	for _, handler := range c.registry {
		reach(handler)
	}
	for name, function := range c.functions {
		ofCallbacks := slices.Contains([]string{"gateway/event", "gateway/presence", "gateway/vod"}, name[:strings.LastIndex(name, " ")])
		if !ofActions[name] && !ofCallbacks {
			c.eachRead(function, func(field string) { fields = append(fields, field) }, func(string, string) {})
		}
	}
	return fields
}

// eachRead tells of every field that is read by name, and of every function of the package that is handed the fields, or
// an object among them.
func (c gatewayCode) eachRead(function *ast.FuncDecl, read func(field string), called func(function, under string)) {
	ast.Inspect(function, func(node ast.Node) bool {
		call, is := node.(*ast.CallExpr)
		if !is {
			return true
		}
		if method, field := c.methodOf(call); slices.Contains(c.readers, method) {
			read(field)
		}
		callee, is := call.Fun.(*ast.Ident)
		if !is || c.functions["gateway/action "+callee.Name] == nil {
			return true
		}
		for _, argument := range call.Args {
			if name, is := argument.(*ast.Ident); is && name.Name == "fields" {
				called(callee.Name, "")
			}
			if inner, is := argument.(*ast.CallExpr); is {
				if method, field := c.methodOf(inner); method == "Object" {
					called(callee.Name, field+".")
				}
			}
		}
		return true
	})
}

// methodOf is the method of fields that is called and the text it is called with first. Fields are called fields
// wherever they are handed over.
func (c gatewayCode) methodOf(call *ast.CallExpr) (method, text string) {
	selected, is := call.Fun.(*ast.SelectorExpr)
	if !is || len(call.Args) == 0 || !strings.HasSuffix(types.ExprString(selected.X), "fields") {
		return "", ""
	}
	switch argument := call.Args[0].(type) {
	case *ast.BasicLit:
		return selected.Sel.Name, strings.Trim(argument.Value, `"`)
	case *ast.Ident:
		return selected.Sel.Name, c.constants[argument.Name]
	default:
		return "", ""
	}
}

func isCode(path string) bool {
	return strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go")
}
