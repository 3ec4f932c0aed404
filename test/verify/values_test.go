package verify_test

import (
	"encoding/json"
	"log/slog"
	"maps"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/telemetry"
)

type absence struct{}

func (absence) String() string { return "absent" }

// values are what each field of each Action is sent with. Characters of one byte: a schema does not count bytes.
var values = []any{
	absence{}, nil, "", "x", repeated(128), repeated(129), repeated(512), repeated(513), repeated(2048), repeated(2049),
	-1, 0, 1, 2, 3, 4, 12, "-1", "0", "1", "2", "3", "4", "01", "-0", "1x", "1.5", 1.5, true, []any{}, object{},
	"a\tb", "a\x7fb", "a\u0085b", " x ", "汤姆", json.Number("99999999999999999999"), "99999999999999999999",
}

func repeated(length int) string { return strings.Repeat("x", length) }

// What the schema takes the Action takes, and what it refuses is 1000 or 4002.
func TestOpenAPITakesTheValuesThatActionsTake(t *testing.T) {
	api, actions := readOpenAPI(t), newActions(t)
	for name, requests := range api.requests() {
		schema := api.compile(name)
		for _, request := range requests {
			for _, field := range api.fields(name) {
				for _, value := range values {
					changed := fromJSON(t, set(request, field.path, value))
					code := actions.answer(t, changed)
					refused := code == badParam || code == outOfRange
					if err := schema.Validate(changed); (err != nil) != refused {
						t.Errorf("%s with %s %.40v is answered %s; %s says: %s", name, field.path, value, code, openAPI, reason(err))
					}
				}
			}
		}
	}
}

// A limit is one of bytes: of characters with two only half as many are taken.
func TestOpenAPISaysHowManyBytesActionsTake(t *testing.T) {
	api, actions := readOpenAPI(t), newActions(t)
	tried := 0
	for name, requests := range api.requests() {
		for _, field := range api.fields(name) {
			limit := limitOf(t, name+"."+field.path, field.schema)
			if limit == 0 {
				continue
			}
			tried++
			for length, want := range map[int]bool{limit / 2: true, limit/2 + 1: false} {
				changed := fromJSON(t, set(requests[len(requests)-1], field.path, strings.Repeat("é", length)))
				if taken := actions.answer(t, changed) != badParam; taken != want {
					t.Errorf("%s says %d bytes of %s in %s; with %d characters of two it is taken: %v", openAPI, limit, field.path, name, length, taken)
				}
			}
		}
	}
	if tried < 20 {
		t.Errorf("tried %d limits only", tried)
	}
}

// limitOf is the x-max-bytes of a field, 0 if it has none. The maxLength beside it must be the same.
func limitOf(t *testing.T, field string, schema object) int {
	t.Helper()
	for _, one := range append(anyOf(schema), schema) {
		limit, there := one["x-max-bytes"].(json.Number)
		if !there {
			continue
		}
		if one["maxLength"] != limit {
			t.Errorf("%s: x-max-bytes and maxLength of %s are %s and %v", openAPI, field, limit, one["maxLength"])
		}
		bytes, _ := limit.Int64()
		return int(bytes)
	}
	return 0
}

// requests are one of each Action, and one of a recording where a field decides.
func (d openAPIDoc) requests() map[string][]object {
	all := map[string][]object{}
	for name, example := range d.at("components", "requestBodies", "Action", "content", "application/json", "examples") {
		request := example.(object)["value"].(object)
		all[name] = []object{request}
		if decides, there := d.schema(name)["if"].(object); there {
			recorded := maps.Clone(request)
			for field := range decides["properties"].(object) {
				recorded[field], recorded["fileid"] = json.Number("1"), "r1"
			}
			all[name] = append(all[name], recorded)
		}
	}
	return all
}

// set is request as JSON, with another value at path.
func set(request object, path string, value any) string {
	changed := maps.Clone(request)
	if outer, inner, nested := strings.Cut(path, "."); nested {
		within, _ := request[outer].(object)
		within = maps.Clone(within)
		put(within, inner, value)
		changed[outer] = within
	} else {
		put(changed, path, value)
	}
	encoded, err := json.Marshal(changed)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

func put(into object, name string, value any) {
	if into[name] = value; value == any(absence{}) {
		delete(into, name)
	}
}

// fakeWorld carries out Actions on fakes.
type fakeWorld struct{ *action.Actions }

func newActions(t *testing.T) fakeWorld {
	t.Helper()
	actions, err := action.New(gatewaytest.World().Services(), telemetry.Discard().WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(actions.Close)
	return fakeWorld{actions}
}

// answer is the returnValue.
func (w fakeWorld) answer(t *testing.T, request any) string {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return golden{reply: string(w.Serve(t.Context(), body).Body)}.code()
}
