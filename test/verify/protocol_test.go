package verify_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestBothLanguagesOfTheProtocolSayTheSame(t *testing.T) {
	english, chinese := sections(t, protocolNames[0]), sections(t, protocolNames[1])
	if len(english) != len(chinese) {
		t.Fatalf("%s has %d sections, %s has %d", protocolNames[0], len(english), protocolNames[1], len(chinese))
	}
	for i, one := range english {
		other := chinese[i]
		differ := func(what string, here, there any) {
			t.Errorf("%q and %q have another %s: %v and %v", one.title, other.title, what, here, there)
		}
		if one.level != other.level || one.name != other.name {
			differ("heading", one.name, other.name)
		}
		for j := range min(len(one.blocks), len(other.blocks)) {
			if one.blocks[j] != other.blocks[j] {
				differ("sample", one.blocks[j], other.blocks[j])
			}
		}
		if len(one.blocks) != len(other.blocks) {
			differ("number of samples", len(one.blocks), len(other.blocks))
		}
		if here, there := codes(one.prose), codes(other.prose); here != there {
			differ("name in backquotes", here, there)
		}
		if len(one.tables) != len(other.tables) {
			differ("number of tables", len(one.tables), len(other.tables))
			continue
		}
		for j := range one.tables {
			mustBeTheSameTable(t, one.tables[j], other.tables[j], differ)
		}
	}
}

// mustBeTheSameTable compares what two languages write alike: names, numbers and types.
func mustBeTheSameTable(t *testing.T, one, other table, differ func(what string, here, there any)) {
	t.Helper()
	if len(one.head) != len(other.head) || len(one.rows) != len(other.rows) {
		differ("size of a table", len(one.rows), len(other.rows))
		return
	}
	for i := range one.rows {
		for j, cell := range one.rows[i] {
			if there := other.rows[i][j]; codes(cell) != codes(there) || numbers(cell) != numbers(there) {
				differ("cell", cell, there)
			}
		}
	}
}

func TestTheProtocolHasEveryActionOnce(t *testing.T) {
	for _, document := range protocolNames {
		var described []string
		for _, one := range sections(t, document) {
			if one.level == 3 {
				described = append(described, one.name)
			}
		}
		mustBeSame(t, "Action", document, described, "gateway/action/registry.go", actions(t))
		if slices.Sort(described); len(slices.Compact(slices.Clone(described))) != len(described) {
			t.Errorf("%s describes an Action twice: %q", document, described)
		}
	}
}

// The schema is held against the code, so what the documents have in common with it they have with the code.
func TestTheProtocolHasTheFieldsOfTheSchema(t *testing.T) {
	api := readOpenAPI(t)
	for _, document := range protocolNames {
		for _, action := range actions(t) {
			here := sectionOf(t, document, action)
			mustHaveFields(t, here, here.rows(t, 5), api.fields(action))
			mustHaveFields(t, here, here.rows(t, 3), api.replyFields(action))
		}
		for _, row := range []string{"pusherinfo", "meminfo"} {
			here := sectionOf(t, document, row)
			mustHaveFields(t, here, here.rows(t, 3), api.fields(row))
		}
		for _, event := range sections(t, document) {
			if fields := event.rows(t, 4); fields["event_type"] != nil {
				mustHaveFields(t, event, fields, api.fields("Event"))
			}
		}
	}
}

// replyFields are those of an Action's returnData; a row has a section of its own.
func (d openAPIDoc) replyFields(action string) (fields []schemaField) {
	if _, there := d.at("components", "schemas")[action+"Data"]; there {
		fields = d.fields(action + "Data")
	}
	return fields
}

// mustHaveFields compares rows of name, type and, if there are five cells, whether it is required and the limit.
func mustHaveFields(t *testing.T, here section, rows map[string][]string, want []schemaField) {
	t.Helper()
	mustBeSame(t, "field", here.document+" ("+here.title+")", slices.Collect(maps.Keys(rows)), openAPI, paths(want))
	for _, field := range want {
		row, there := rows[field.path]
		if !there {
			continue
		}
		wrong := func(what, is, want string) {
			if is != want {
				t.Errorf("%s (%s) has %s %q for %s, %s has %q", here.document, here.title, what, is, field.path, openAPI, want)
			}
		}
		wrong("type", strings.ReplaceAll(row[1], "或", "or"), field.kind)
		if len(row) == 5 {
			wrong("required", required(row[2]), field.required)
			wrong("limit", numbers(row[3]), field.limits)
		}
	}
}

// required is yes, no or the field that decides.
func required(cell string) string {
	switch {
	case codes(cell) != "":
		return codes(cell)
	case cell == "是":
		return "yes"
	case cell == "否":
		return "no"
	default:
		return cell
	}
}

func TestTheProtocolHasEveryReturnValue(t *testing.T) {
	there := first(returnValue.FindAllStringSubmatch(read(t, "gateway/envelope/code.go"), -1))
	described := []string{"0"}
	for _, code := range readOpenAPI(t).at("components", "schemas", "Failure", "properties", "returnValue")["enum"].([]any) {
		described = append(described, text(code))
	}
	mustBeSame(t, "returnValue", openAPI, described, "gateway/envelope/code.go", there)
	for _, document := range protocolNames {
		listed := first(returnRow.FindAllStringSubmatch(read(t, document), -1))
		mustBeSame(t, "returnValue", document, listed, "gateway/envelope/code.go", there)
	}
}

func TestTheProtocolHasTheStatusesOfEvents(t *testing.T) {
	described := slices.Collect(maps.Keys(readOpenAPI(t).at("paths", "/callback", "post", "responses")))
	for _, document := range protocolNames {
		listed := first(statusRow.FindAllStringSubmatch(read(t, document), -1))
		mustBeSame(t, "status", document, listed, openAPI, described)
	}
	answered := read(t, "gateway/event/event.go") + read(t, "gateway/edge/edge.go")
	for _, status := range first(eventBody.FindAllStringSubmatch(answered, -1)) {
		if !slices.Contains(described, status) && status != "0" {
			t.Errorf("the gateway answers an event %s, %s does not say so", status, openAPI)
		}
	}
}

// The limits that the prose has are those of the code.
func TestTheProtocolHasTheLimitsThereAre(t *testing.T) {
	for _, document := range protocolNames {
		said := strings.ReplaceAll(read(t, document), ",", "")
		for what, limit := range limitsOfTheCode() {
			if !strings.Contains(said, limit) {
				t.Errorf("%s does not say that %s is %s", document, what, limit)
			}
		}
	}
}
