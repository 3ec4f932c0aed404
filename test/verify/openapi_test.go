package verify_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

const openAPI = "docs/openapi.yaml"

type object = map[string]any

// The library checks the documents against OpenAPI 3.1, and their examples against their schemas.
func TestOpenAPIIsWellFormed(t *testing.T) {
	for _, name := range []string{openAPI, adminAPI} {
		doc, err := openapi3.NewLoader().LoadFromData([]byte(read(t, name)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !doc.IsOpenAPI31OrLater() {
			t.Errorf("%s is of version %s, want 3.1", name, doc.OpenAPI)
		}
		if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation(), openapi3.EnableMultiError()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenAPIHasEveryPathAndAction(t *testing.T) {
	api := readOpenAPI(t)
	served := first(quoted.FindAllStringSubmatch(between(t, read(t, "gateway/edge/edge.go"), "\tactionPaths ", "\tpaths "), -1))
	mustBeSame(t, "path", openAPI, slices.Collect(maps.Keys(api.at("paths"))), "gateway/edge/edge.go", served)
	mapping := api.at("components", "schemas", "Request", "discriminator", "mapping")
	mustBeSame(t, "Action", openAPI, slices.Collect(maps.Keys(mapping)), "gateway/action/registry.go", actions(t))
	for name, schema := range mapping {
		if schema != "#/components/schemas/"+name {
			t.Errorf("%s: the Action %s has the schema %v", openAPI, name, schema)
		}
	}
	if one := api.at("components", "schemas", "Request")["oneOf"].([]any); len(one) != len(mapping) {
		t.Errorf("%s: Request has %d in oneOf and %d in its mapping", openAPI, len(one), len(mapping))
	}
}

// openAPIDoc is the document as JSON would have it.
type openAPIDoc struct {
	t    *testing.T
	name string
	root object
	all  *jsonschema.Compiler
}

func readOpenAPI(t *testing.T) openAPIDoc { return readDocument(t, openAPI) }

func readDocument(t *testing.T, name string) openAPIDoc {
	t.Helper()
	var parsed any
	if err := yaml.Unmarshal([]byte(read(t, name)), &parsed); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	encoded, err := json.Marshal(parsed)
	if err != nil {
		t.Fatal(err)
	}
	root := fromJSON(t, string(encoded))
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource(name, root); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return openAPIDoc{t, name, root.(object), compiler}
}

// at is the object under these names.
func (d openAPIDoc) at(names ...string) object {
	d.t.Helper()
	place := d.root
	for _, name := range names {
		inner, there := place[name].(object)
		if !there {
			d.t.Fatalf("%s has no %s in %s", d.name, name, strings.Join(names, "/"))
		}
		place = inner
	}
	return place
}

// schema is a schema by name, with what its $ref leads to in its place.
func (d openAPIDoc) schema(name string) object { return d.at("components", "schemas", name) }

func (d openAPIDoc) resolve(schema any) object {
	inner := schema.(object)
	if ref, there := inner["$ref"].(string); there {
		return d.schema(strings.TrimPrefix(ref, "#/components/schemas/"))
	}
	return inner
}

// compile makes a schema ready to validate with.
func (d openAPIDoc) compile(name string) *jsonschema.Schema {
	return d.compileAt("#/components/schemas/" + name)
}

// compileAt makes the schema at a place of the document ready.
func (d openAPIDoc) compileAt(place string) *jsonschema.Schema {
	d.t.Helper()
	compiled, err := d.all.Compile(d.name + place)
	if err != nil {
		d.t.Fatalf("%s: %s: %v", d.name, place, err)
	}
	return compiled
}

// fromJSON keeps numbers as they are written.
func fromJSON(t *testing.T, text string) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%.100s: %v", text, err)
	}
	return value
}

// mustBeSame says what one of two places has and the other lacks.
func mustBeSame(t *testing.T, what, here string, these []string, there string, those []string) {
	t.Helper()
	for _, one := range these {
		if !slices.Contains(those, one) {
			t.Errorf("%s has the %s %s, %s has not", here, what, one, there)
		}
	}
	for _, one := range those {
		if !slices.Contains(these, one) {
			t.Errorf("%s has the %s %s, %s has not", there, what, one, here)
		}
	}
}
