package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// definitions is the file that the schemas of built-in objects refer to.
const definitions = "definitions"

type schema = map[string]any

func write(path string, s schema) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return fmt.Errorf("write schema: %w", err)
	}
	return nil
}

// fileName is the name that kubeconform is told to look for.
func fileName(group, version, kind string) string {
	group, _, _ = strings.Cut(group, ".")
	if group != "" {
		group += "-"
	}
	return strings.ToLower(kind + "-" + group + version)
}

// builtin reads the OpenAPI document of Kubernetes.
func builtin(path string, schemas map[string]schema) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read OpenAPI: %w", err)
	}
	var document struct {
		Definitions map[string]schema `json:"definitions"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return fmt.Errorf("decode %s: %w", path, err)
	}
	for name, definition := range document.Definitions {
		kinds, _ := definition["x-kubernetes-group-version-kind"].([]any)
		for _, one := range kinds {
			gvk, _ := one.(schema)
			file := fileName(fmt.Sprint(gvk["group"]), fmt.Sprint(gvk["version"]), fmt.Sprint(gvk["kind"]))
			schemas[file] = schema{"$ref": definitions + ".json#/definitions/" + name}
		}
		schemas[definitions] = schema{"definitions": document.Definitions}
		adapt(definition)
		if name == "io.k8s.apimachinery.pkg.util.intstr.IntOrString" || name == "io.k8s.apimachinery.pkg.api.resource.Quantity" {
			definition["type"] = []string{"string", "integer"}
			delete(definition, "format")
		}
	}
	return nil
}

// custom reads a CustomResourceDefinition.
func custom(path string, schemas map[string]schema) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read CRD: %w", err)
	}
	var crd struct {
		Spec struct {
			Group    string
			Names    struct{ Kind string }
			Versions []struct {
				Name   string
				Schema struct {
					OpenAPIV3Schema schema `yaml:"openAPIV3Schema"`
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &crd); err != nil {
		return fmt.Errorf("decode %s: %w", path, err)
	}
	for _, version := range crd.Spec.Versions {
		adapt(version.Schema.OpenAPIV3Schema)
		schemas[fileName(crd.Spec.Group, version.Name, crd.Spec.Names.Kind)] = version.Schema.OpenAPIV3Schema
	}
	return nil
}

// adapt makes a JSON schema, and a strict one, of an OpenAPI schema: fields that
// are not there are refused, as the API server warns of them.
func adapt(s schema) {
	if s["x-kubernetes-int-or-string"] == true {
		delete(s, "type")
	}
	properties, isStruct := s["properties"].(schema)
	_, decided := s["additionalProperties"]
	if isStruct && !decided && s["x-kubernetes-preserve-unknown-fields"] != true {
		s["additionalProperties"] = false
	}
	inner := slices.Collect(maps.Values(properties))
	for _, key := range []string{"items", "additionalProperties", "not"} {
		inner = append(inner, s[key])
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		several, _ := s[key].([]any)
		inner = append(inner, several...)
	}
	for _, one := range inner {
		if s, isSchema := one.(schema); isSchema {
			adapt(s)
		}
	}
}
