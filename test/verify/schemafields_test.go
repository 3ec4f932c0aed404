package verify_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// schemaField is a field as a schema describes it.
type schemaField struct {
	path     string // userinfo.nickname
	kind     string // as the documents name types
	required string // yes, no, or the field that decides
	limits   string // the numbers of its limit, with a blank between
	schema   object
}

func (f schemaField) name() string { return f.path[strings.LastIndex(f.path, ".")+1:] }

// fields are those of a schema, Action aside, in order of their names.
func (d openAPIDoc) fields(schema string) []schemaField { return d.fieldsOf(d.schema(schema), "") }

func (d openAPIDoc) fieldsOf(parent object, prefix string) (all []schemaField) {
	d.t.Helper()
	listed, _ := parent["properties"].(object)
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		if name == "Action" {
			continue
		}
		required := "no"
		if contains(parent["required"], name) {
			required = "yes"
		}
		inner := d.resolve(listed[name])
		if then, there := parent["then"].(object); there && contains(then["required"], name) {
			required = slices.Collect(maps.Keys(parent["if"].(object)["properties"].(object)))[0]
			inner = d.resolve(then["properties"].(object)[name])
		}
		all = append(all, schemaField{path: prefix + name, kind: kind(inner), required: required, limits: limits(inner), schema: inner})
		all = append(all, d.fieldsOf(inner, prefix+name+".")...)
	}
	return all
}

// kind is what the documents call the type of a schema.
func kind(schema object) string {
	types := typesOf(schema)
	switch text, integer := slices.Contains(types, "string"), slices.Contains(types, "integer"); {
	case text && integer && !onlyDigits(schema):
		return "string or int"
	case integer:
		return "int"
	case text:
		return "string"
	default:
		return strings.Join(types, " or ")
	}
}

// typesOf are the types of a schema and of those it may be any of, without null.
func typesOf(schema object) (types []string) {
	switch named := schema["type"].(type) {
	case string:
		types = append(types, named)
	case []any:
		for _, one := range named {
			types = append(types, one.(string))
		}
	}
	for _, one := range anyOf(schema) {
		types = append(types, typesOf(one)...)
	}
	return slices.DeleteFunc(types, func(name string) bool { return name == "null" })
}

func anyOf(schema object) (all []object) {
	listed, _ := schema["anyOf"].([]any)
	for _, one := range listed {
		all = append(all, one.(object))
	}
	return all
}

// onlyDigits reports whether the strings that a schema takes are integers.
func onlyDigits(schema object) bool {
	return slices.ContainsFunc(anyOf(schema), func(one object) bool {
		return one["type"] == "string" && one["pattern"] != nil && one["x-max-bytes"] == nil
	})
}

// limits are the least and greatest length, the least number, or the numbers there are.
func limits(schema object) string {
	var found []string
	for _, one := range append(anyOf(schema), schema) {
		for _, key := range []string{"minLength", "x-max-bytes", "minimum"} {
			if number, there := one[key].(json.Number); there {
				found = append(found, number.String())
			}
		}
		if listed, there := one["enum"].([]any); there {
			for _, number := range listed {
				found = append(found, fmt.Sprint(number))
			}
		}
	}
	return strings.Join(found, " ")
}

func contains(list any, name string) bool {
	names, _ := list.([]any)
	return slices.Contains(names, any(name))
}
