// Package helm_test checks the chart against the programs it runs and its
// values against their schema. What is rendered is tested beside it, in
// xiaozhibo/tests.
package helm_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

type object = map[string]any

// The schema refuses values that it does not know; nor may it know of more than values.yaml shows.
func TestEveryKnobOfTheSchemaIsInTheValues(t *testing.T) {
	var schema, values object
	if err := json.Unmarshal(read(t, "xiaozhibo/values.schema.json"), &schema); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(read(t, "xiaozhibo/values.yaml"), &values); err != nil {
		t.Fatal(err)
	}
	definitions := schema["$defs"].(object)
	defaults := values["defaults"].(object)
	var compare func(path string, schema object, value any)
	compare = func(path string, schema object, value any) {
		if ref, isRef := schema["$ref"].(string); isRef {
			schema = definitions[strings.TrimPrefix(ref, "#/$defs/")].(object)
		}
		if strings.Count(path, ".") > 0 && strings.HasSuffix(path, ".resources") {
			return // Kubernetes' own
		}
		known, _ := schema["properties"].(object)
		for name, inner := range known {
			shown, isShown := value.(object)[name]
			if _, isDefault := defaults[name]; !isShown && isDefault {
				continue // a component's way to differ
			}
			if !isShown && path+"."+name != ".global" {
				t.Errorf("the schema knows %s.%s, and values.yaml does not show it", path, name)
				continue
			}
			if isShown {
				compare(path+"."+name, inner.(object), shown)
			}
		}
	}
	compare("", schema, values)
}

func TestEveryValueIsDescribed(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|.*\\| *(.*) \\|$")
	rows := row.FindAllStringSubmatch(string(read(t, "xiaozhibo/README.md")), -1)
	if len(rows) < 100 {
		t.Errorf("%d rows only", len(rows))
	}
	for _, found := range rows {
		if found[2] == "" {
			t.Errorf("values.yaml says nothing about %s", found[1])
		}
	}
}

// A variable that no program reads would be a knob that does nothing.
func TestEveryVariableTheChartSetsIsAKey(t *testing.T) {
	described := string(read(t, "../../docs/configuration.md"))
	name := regexp.MustCompile(`XZB_[A-Z_]+[A-Z]`)
	templates, err := filepath.Glob("xiaozhibo/templates/*.tpl")
	if err != nil || len(templates) == 0 {
		t.Fatalf("templates: %v, %v", templates, err)
	}
	found := 0
	for _, path := range templates {
		for _, variable := range name.FindAllString(string(read(t, path)), -1) {
			found++
			if twin := strings.TrimSuffix(variable, "_FILE"); !strings.Contains(described, "`"+variable+"`") && !strings.Contains(described, "`"+twin+"`") {
				t.Errorf("%s sets %s, and docs/configuration.md has no such key", path, variable)
			}
		}
	}
	if found < 20 {
		t.Errorf("found %d variables only", found)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
