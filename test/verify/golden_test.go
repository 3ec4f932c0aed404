package verify_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Codes, as they are written.
const (
	badParam    = "1000"
	unavailable = "3000"
	internal    = "4000"
	badBody     = "4001"
	outOfRange  = "4002"
	tooMany     = "4003"
	notAllowed  = "4004"
)

// What the schema accepts is carried out, and what is refused for a field is refused by the schema.
func TestOpenAPIAcceptsTheRequestsThatAreAccepted(t *testing.T) {
	request := readOpenAPI(t).compile("Request")
	for _, golden := range goldens(t) {
		if golden.code() == badBody { // not one JSON object: no schema sees it
			continue
		}
		refused := golden.code() == badParam || golden.code() == outOfRange
		if err := request.Validate(fromJSON(t, golden.request)); (err != nil) != refused {
			t.Errorf("%s is answered %s; %s says of the request: %s", golden.name, golden.code(), openAPI, reason(err))
		}
	}
}

func TestOpenAPIDescribesTheRepliesThereAre(t *testing.T) {
	api := readOpenAPI(t)
	seen := map[string]bool{}
	for _, golden := range goldens(t) {
		reply := fromJSON(t, golden.reply)
		if err := golden.schema(t, api).Validate(reply); err != nil {
			t.Errorf("the reply of %s is none for %s: %s", golden.name, openAPI, reason(err))
		}
		if golden.code() == "0" {
			properties(reply, func(_ object, name string) { seen[name] = true })
		}
	}
	for name := range api.at("components", "schemas") {
		if !strings.HasSuffix(name, "Data") && !strings.HasSuffix(name, "info") {
			continue
		}
		for _, field := range api.fields(name) {
			if !seen[field.name()] {
				t.Errorf("%s: no golden reply has the field %s of %s", openAPI, field.path, name)
			}
		}
	}
}

// A reply that lacks a field, has one more or one that is null is none of ours.
func TestOpenAPIRefusesWrongReplies(t *testing.T) {
	api := readOpenAPI(t)
	planted := 0
	for _, golden := range goldens(t) {
		schema := golden.schema(t, api)
		refuses := func(reply any, what string) {
			planted++
			if schema.Validate(reply) == nil {
				t.Errorf("the reply of %s %s, and %s takes it", golden.name, what, openAPI)
			}
		}
		reply := fromJSON(t, golden.reply)
		properties(reply, func(parent object, name string) {
			value, inUserInfo := parent[name], parent["frontcover"] != nil
			if name != "desc" || !inUserInfo {
				delete(parent, name)
				refuses(reply, "lacks "+name)
			}
			parent[name] = nil
			refuses(reply, "has null for "+name)
			parent[name] = value
			parent["extra"] = true
			refuses(reply, "has one field more beside "+name)
			delete(parent, "extra")
		})
	}
	if planted < 500 {
		t.Errorf("planted %d faults only", planted)
	}
}

// golden is a golden file of the gateway.
type golden struct{ name, request, reply string }

func goldens(t *testing.T) (all []golden) {
	t.Helper()
	for _, path := range files(t, func(path string) bool { return strings.HasPrefix(path, "gateway/action/testdata/") }) {
		request, reply, _ := strings.Cut(strings.TrimSuffix(read(t, path), "\n"), "\n----------\n")
		all = append(all, golden{name: path, request: strings.TrimPrefix(request, "\ufeff"), reply: reply})
	}
	if len(all) < 50 {
		t.Fatalf("found %d golden files only", len(all))
	}
	return all
}

// code is the returnValue.
func (g golden) code() string {
	code, _, _ := strings.Cut(strings.TrimPrefix(g.reply, `{"returnValue":`), ",")
	return code
}

// schema is that of the reply.
func (g golden) schema(t *testing.T, api openAPIDoc) *jsonschema.Schema {
	t.Helper()
	if g.code() != "0" {
		return api.compile("Failure")
	}
	var request struct{ Action string }
	if err := json.Unmarshal([]byte(g.request), &request); err != nil {
		t.Fatalf("%s: %v", g.name, err)
	}
	return api.compile(request.Action + "Reply")
}

// reason is why a schema refuses, in one line: the innermost of what the library tells.
func reason(err error) string {
	if err == nil {
		return "good"
	}
	lines := strings.Split(err.Error(), "\n")
	return strings.TrimLeft(lines[len(lines)-1], " -")
}

// properties visits every property of every object in value. What visit changes it puts back.
func properties(value any, visit func(parent object, name string)) {
	switch value := value.(type) {
	case object:
		for name, inner := range maps.Clone(value) {
			visit(value, name)
			properties(inner, visit)
		}
	case []any:
		for _, inner := range value {
			properties(inner, visit)
		}
	}
}
