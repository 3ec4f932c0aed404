package verify_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// consoleForms is what the forms of the console are made of.
const consoleForms = "gateway/console/page/actions.json"

type form struct {
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Fields      []field `json:"fields"`
}

// field is one field of an Action; one of an object within it has a point in its name.
type field struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Required    bool   `json:"required,omitempty"`
	Integer     bool   `json:"integer,omitempty"`
	Choices     []int  `json:"choices,omitempty"`
	Example     string `json:"example"`
}

func TestTheFormsOfTheConsoleAreTheOpenAPIDocument(t *testing.T) {
	encoded, err := json.MarshalIndent(forms(t), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := string(encoded) + "\n"
	if *update {
		if err := os.WriteFile(filepath.Join(root, consoleForms), []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, consoleForms) != want {
		t.Errorf("%s is not what %s says: run make console-forms", consoleForms, openAPI)
	}
}

func forms(t *testing.T) (all []form) {
	t.Helper()
	api := readOpenAPI(t)
	examples := api.at("components", "requestBodies", "Action", "content", "application/json", "examples")
	one := api.at("components", "schemas", "Request")["oneOf"].([]any)
	for _, ref := range one {
		name := strings.TrimPrefix(ref.(object)["$ref"].(string), "#/components/schemas/")
		schema := api.schema(name)
		example := examples[name].(object)["value"].(object)
		all = append(all, form{name, schema["description"].(string), fields(t, api, name, "", schema, example)})
	}
	return all
}

// fields are those of an object, in the order of the document.
func fields(t *testing.T, api openAPIDoc, schemaName, prefix string, schema, example object) []field {
	t.Helper()
	all := []field{}
	properties := schema["properties"].(object)
	required, _ := schema["required"].([]any)
	for _, name := range inOrder(t, schemaName, strings.TrimSuffix(prefix, "."), properties) {
		property := api.resolve(properties[name])
		if name == "Action" {
			continue
		}
		if _, nested := property["properties"]; nested {
			within, _ := example[name].(object)
			all = append(all, fields(t, api, schemaName, name+".", property, within)...)
			continue
		}
		one := field{Name: prefix + name, Example: shown(example[name]), Required: slices.Contains(required, any(name))}
		one.Description, _ = property["description"].(string)
		one.Integer, one.Choices = integer(property)
		all = append(all, one)
	}
	return all
}

// inOrder sorts the names of properties as the document has them, which JSON does not.
func inOrder(t *testing.T, schema, within string, properties object) (names []string) {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(read(t, openAPI)), &document); err != nil {
		t.Fatal(err)
	}
	path := []string{"components", "schemas", schema, "properties"}
	if within != "" {
		path = append(path, within, "properties")
	}
	node := document.Content[0]
	for _, key := range path {
		node = child(node, key)
	}
	for i := 0; i < len(node.Content); i += 2 {
		if _, there := properties[node.Content[i].Value]; there {
			names = append(names, node.Content[i].Value)
		}
	}
	return names
}

func child(node *yaml.Node, key string) *yaml.Node {
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return &yaml.Node{}
}

// integer reports whether a field is a number, and which it may be.
func integer(property object) (is bool, choices []int) {
	either, _ := property["anyOf"].([]any)
	if len(either) == 0 {
		return false, nil
	}
	first := either[0].(object)
	if first["type"] == "string" {
		return false, nil // a user id
	}
	values, _ := first["enum"].([]any)
	for _, value := range values {
		n, _ := strconv.Atoi(shown(value))
		choices = append(choices, n)
	}
	return true, choices
}

func shown(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	default:
		encoded, _ := json.Marshal(value)
		return string(encoded)
	}
}
