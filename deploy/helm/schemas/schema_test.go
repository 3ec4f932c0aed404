package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

const swagger = `{"definitions": {
	"io.k8s.api.core.v1.Service": {
		"type": "object",
		"properties": {"kind": {"type": "string"}, "port": {"$ref": "#/definitions/io.k8s.apimachinery.pkg.util.intstr.IntOrString"}},
		"x-kubernetes-group-version-kind": [{"group": "", "kind": "Service", "version": "v1"}]},
	"io.k8s.api.networking.v1.Ingress": {
		"x-kubernetes-group-version-kind": [{"group": "networking.k8s.io", "kind": "Ingress", "version": "v1"}]},
	"io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": "string", "format": "int-or-string"}
}}`

const crd = `
spec:
  group: gateway.networking.k8s.io
  names: {kind: HTTPRoute}
  versions:
    - name: v1
      schema:
        openAPIV3Schema:
          type: object
          properties:
            port: {type: integer, x-kubernetes-int-or-string: true}
            free: {type: object, properties: {}, x-kubernetes-preserve-unknown-fields: true}
            properties: {type: object, additionalProperties: {type: string}}
`

func TestSchemasOfKubernetesAndOfCRDsAreStrict(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"swagger.json": swagger, "crd.yaml": crd} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "out")
	if err := run(t.Context(), []string{out, filepath.Join(dir, "swagger.json"), filepath.Join(dir, "crd.yaml")}, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"service-v1.json":            `{"$ref": "definitions.json#/definitions/io.k8s.api.core.v1.Service"}`,
		"ingress-networking-v1.json": `{"$ref": "definitions.json#/definitions/io.k8s.api.networking.v1.Ingress"}`,
		"httproute-gateway-v1.json": `{"type": "object", "additionalProperties": false, "properties": {
			"port": {"x-kubernetes-int-or-string": true},
			"free": {"type": "object", "properties": {}, "x-kubernetes-preserve-unknown-fields": true},
			"properties": {"type": "object", "additionalProperties": {"type": "string"}}}}`,
		"definitions.json": `{"definitions": {
			"io.k8s.api.core.v1.Service": {
				"type": "object", "additionalProperties": false,
				"properties": {"kind": {"type": "string"}, "port": {"$ref": "#/definitions/io.k8s.apimachinery.pkg.util.intstr.IntOrString"}},
				"x-kubernetes-group-version-kind": [{"group": "", "kind": "Service", "version": "v1"}]},
			"io.k8s.api.networking.v1.Ingress": {
				"x-kubernetes-group-version-kind": [{"group": "networking.k8s.io", "kind": "Ingress", "version": "v1"}]},
			"io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["string", "integer"]}}}`,
	} {
		text, err := os.ReadFile(filepath.Join(out, path))
		if err != nil {
			t.Error(err)
			continue
		}
		var got, wanted any
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, wanted) {
			t.Errorf("%s is %s, want %s", path, text, want)
		}
	}
}
