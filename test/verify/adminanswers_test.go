package verify_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// exchange is a request of the admin API and its answer, as a golden file or a server has it.
type exchange struct{ name, route, query, body, status, kind, said string }

func exchanges(t *testing.T) (all []exchange) {
	t.Helper()
	for _, path := range files(t, func(path string) bool { return strings.HasPrefix(path, "gateway/admin/testdata/") }) {
		request, reply, _ := strings.Cut(strings.TrimSuffix(read(t, path), "\n"), "\n----------\n")
		head, body, _ := strings.Cut(request, "\n")
		route, query, _ := strings.Cut(head, "?")
		head, said, _ := strings.Cut(reply, "\n")
		status, kind, _ := strings.Cut(head, " ")
		all = append(all, exchange{path, route, query, body, status, kind, said})
	}
	if len(all) < 50 {
		t.Fatalf("found %d golden files only", len(all))
	}
	return all
}

// What the tests of the API were answered is what the document says, and it says nothing that no test was answered.
func TestTheOpenAPIOfTheAdminAPIDescribesTheAnswersThereAre(t *testing.T) {
	api := readDocument(t, adminAPI)
	operations := adminOperations(t, api)
	answered, seen := map[string]bool{"POST /api/action 400": true}, map[string]bool{} // of a body that is too long for a golden file
	for _, one := range exchanges(t) {
		at := slices.IndexFunc(operations, func(o operation) bool { return o.name == one.route })
		if at < 0 {
			t.Errorf("%s: %s has no %s", one.name, adminAPI, one.route)
			continue
		}
		if good := api.takes(t, operations[at], one); good != (one.status != "400") {
			t.Errorf("%s is answered %s, and %s says of the request: good is %t", one.name, one.status, adminAPI, good)
		}
		answered[one.route+" "+one.status] = true
		properties(api.answered(t, operations[at], one), func(_ object, name string) { seen[name] = true })
	}
	for _, o := range operations {
		for status := range o.described["responses"].(object) {
			if status != "401" && status != "default" && !answered[o.name+" "+status] && !slices.Contains(ofTheProcess, o.name) {
				t.Errorf("%s: no golden answer of %s has the status %s", adminAPI, o.name, status)
			}
		}
	}
	sent := []string{"Ending", "Kick", "Removal", "Lift", "NewBan"}
	for name := range api.at("components", "schemas") {
		for _, field := range api.fields(name) {
			if !seen[field.name()] && !slices.Contains(sent, name) && name != "Process" {
				t.Errorf("%s: no golden answer has the field %s of %s", adminAPI, field.path, name)
			}
		}
	}
}

// takes reports whether a request is one of the document.
func (d openAPIDoc) takes(t *testing.T, o operation, one exchange) bool {
	t.Helper()
	if _, has := o.described["requestBody"]; has {
		place := o.place + "/requestBody/content/application~1json/schema"
		if d.compileAt(place).Validate(fromJSON(t, one.body)) != nil {
			return false
		}
	}
	query, err := url.ParseQuery(one.query)
	if err != nil {
		t.Fatalf("%s: %v", one.name, err)
	}
	parameters, _ := o.described["parameters"].([]any)
	for _, parameter := range parameters {
		described := d.follow(parameter)
		value, name := query[described["name"].(string)], described["name"].(string)
		delete(query, name)
		schema := d.resolve(described["schema"])
		number := schema["type"] == "integer"
		if pattern, has := schema["pattern"].(string); has && value != nil && !regexp.MustCompile(pattern).MatchString(value[0]) {
			return false
		}
		if described["required"] == true && value == nil || number && value != nil && !regexp.MustCompile(`^[0-9]+$`).MatchString(value[0]) {
			return false
		}
	}
	for name := range query {
		t.Errorf("%s: %s has no parameter %s", one.name, d.name, name)
	}
	return true
}

// answered wants an answer to be one of the document, and returns it as JSON has it.
func (d openAPIDoc) answered(t *testing.T, o operation, one exchange) any {
	t.Helper()
	place := o.place + "/responses/" + one.status
	response, there := o.described["responses"].(object)[one.status].(object)
	if !there {
		t.Errorf("%s: %s has no answer %s of %s", one.name, d.name, one.status, o.name)
		return nil
	}
	if ref, is := response["$ref"].(string); is {
		place, response = ref, d.follow(response)
	}
	if _, there := response["content"].(object)[one.kind]; !there {
		t.Errorf("%s: the answer %s of %s is %s, and not in %s", one.name, one.status, o.name, one.kind, d.name)
		return nil
	}
	var reply any = one.said
	if strings.HasPrefix(one.kind, "application/json") {
		reply = fromJSON(t, one.said)
	}
	schema := d.compileAt(place + "/content/" + url.PathEscape(strings.ReplaceAll(one.kind, "/", "~1")) + "/schema")
	if err := schema.Validate(reply); err != nil {
		t.Errorf("%s: the answer %s of %s is none for %s: %s\n%s", one.name, one.status, o.name, d.name, reason(err), one.said)
	}
	return reply
}

// follow is what a $ref leads to, or what is there.
func (d openAPIDoc) follow(value any) object {
	inner := value.(object)
	if ref, there := inner["$ref"].(string); there {
		return d.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	return inner
}
