package envelope_test

import (
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/envelope"
)

var longest = strings.Repeat("x", envelope.MaxID)

// What a field may hold as an id, and why not.
var ids = map[string]struct{ want, refused string }{
	`"tom"`:                               {"tom", ""},
	`" tom "`:                             {" tom ", ""}, // never trimmed
	`" "`:                                 {" ", ""},
	`"0"`:                                 {"0", ""},
	`"null"`:                              {"null", ""},
	`"中文?&/%"`:                            {"中文?&/%", ""},
	`"a\u00a0b\u200b"`:                    {"a\u00a0b\u200b", ""}, // no control characters
	`"` + longest + `"`:                   {longest, ""},
	`"` + longest + `x"`:                  {"", "id is longer than 128 bytes"},
	`"` + strings.Repeat("中", 42) + `xx"`: {strings.Repeat("中", 42) + "xx", ""},
	`"` + strings.Repeat("中", 43) + `"`:   {"", "id is longer than 128 bytes"},
	`"a\u0000b"`:                          {"", "id has control characters"},
	`"a\nb"`:                              {"", "id has control characters"},
	`"a\u001fb"`:                          {"", "id has control characters"},
	`"a\u007fb"`:                          {"", "id has control characters"},
	`"a\u0085b"`:                          {"", "id has control characters"},
	`""`:                                  {"", "id is null or empty"},
	`null`:                                {"", "id is null or empty"},
	`true`:                                {"", "id is not a string"},
	`1.5`:                                 {"", "id is not a string"},
	`1e2`:                                 {"", "id is not a string"},
	`["tom"]`:                             {"", "id is not a string"},
	`{}`:                                  {"", "id is not a string"},
}

// Integers are user ids, to the digit, and no other ids.
var integerIDs = map[string]string{
	`12`:                             "12",
	`0`:                              "0",
	`-0`:                             "-0",
	`-12`:                            "-12",
	`123456789012345678901234567890`: "123456789012345678901234567890",
	strings.Repeat("1", 128):         strings.Repeat("1", 128),
}

func TestAnIDIsTakenAsItIs(t *testing.T) {
	for value, test := range ids {
		t.Run(value, func(t *testing.T) {
			fields := parse(t, `{"id":`+value+`}`)
			mustRead(t, fields, fields.ID("id"), test.want, test.refused)
		})
	}
	for value := range integerIDs {
		fields := parse(t, `{"id":`+value+`}`)
		mustRead(t, fields, fields.ID("id"), "", "id is not a string")
	}
	fields := parse(t, `{"ID":"tom"}`)
	mustRead(t, fields, fields.ID("id"), "", "id is null or empty")
}

func TestAUserIDMayBeAnInteger(t *testing.T) {
	for value, test := range ids {
		fields := parse(t, `{"id":`+value+`}`)
		mustRead(t, fields, fields.UserID("id"), test.want, test.refused)
	}
	for value, want := range integerIDs {
		fields := parse(t, `{"id":`+value+`}`)
		mustRead(t, fields, fields.UserID("id"), want, "")
	}
	fields := parse(t, `{"id":`+strings.Repeat("1", 129)+`}`)
	mustRead(t, fields, fields.UserID("id"), "", "id is longer than 128 bytes")
}

func TestAnOptionalIDMayBeEmpty(t *testing.T) {
	for value, test := range ids {
		fields := parse(t, `{"id":`+value+`}`)
		if strings.Contains(test.refused, "empty") {
			test.refused = ""
		}
		mustRead(t, fields, fields.OptionalID("id"), test.want, test.refused)
	}
	fields := parse(t, `{}`)
	mustRead(t, fields, fields.OptionalID("id"), "", "")
}

func TestAValidIDIsOneThatCanBeRead(t *testing.T) {
	for value, test := range ids {
		if !strings.HasPrefix(value, `"`) {
			continue
		}
		if got := envelope.ValidID(parse(t, `{"id":`+value+`}`).Loose("id")); got != (test.refused == "") {
			t.Errorf("%s is valid: %t", value, got)
		}
	}
}
