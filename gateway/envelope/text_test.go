package envelope_test

import (
	"testing"

	"xiaozhibo.dev/gateway/envelope"
)

// What a field may hold as a text of at most six bytes, and why not.
var texts = map[string]struct{ want, refused string }{
	`"abcdef"`:      {"abcdef", ""},
	`"abcdefg"`:     {"", "text is longer than 6 bytes"},
	`"中文"`:          {"中文", ""},
	`"中文x"`:         {"", "text is longer than 6 bytes"},
	`"a\n\u0000\t"`: {"a\n\x00\t", ""}, // only ids are without control characters
	`" <&> "`:       {" <&> ", ""},
	`12`:            {"", "text is not a string"},
	`false`:         {"", "text is not a string"},
	`[]`:            {"", "text is not a string"},
	`{"text":"a"}`:  {"", "text is not a string"},
}

func TestATextIsTakenUpToItsLimit(t *testing.T) {
	for value, test := range texts {
		t.Run(value, func(t *testing.T) {
			body := `{"text":` + value + `}`
			fields := parse(t, body)
			mustRead(t, fields, fields.Text("text", 6), test.want, test.refused)
			fields = parse(t, body)
			mustRead(t, fields, fields.RequiredText("text", 6), test.want, test.refused)
		})
	}
}

func TestATextIsMissingOnlyWhereItIsRequired(t *testing.T) {
	for _, body := range []string{`{}`, `{"text":null}`, `{"text":""}`, `{"Text":"abc"}`} {
		fields := parse(t, body)
		mustRead(t, fields, fields.Text("text", 6), "", "")
		fields = parse(t, body)
		mustRead(t, fields, fields.RequiredText("text", 6), "", "text is null or empty")
	}
}

func TestAnObjectMayBeAbsent(t *testing.T) {
	for body, want := range map[string]string{
		`{"userinfo":{"nickname":"Tom"}}`: "Tom",
		`{"userinfo":{"Nickname":"Tom"}}`: "",
		`{"userinfo":{}}`:                 "",
		`{"userinfo":null}`:               "",
		`{}`:                              "",
	} {
		fields := parse(t, body)
		mustRead(t, fields, fields.Object("userinfo").Text("nickname", 6), want, "")
	}
	for _, value := range []string{`"{}"`, `[]`, `[{}]`, `""`, `0`, `true`} {
		fields := parse(t, `{"userinfo":`+value+`}`)
		mustRead(t, fields, fields.Object("userinfo").Text("nickname", 6), "", "userinfo is not an object")
	}
}

func TestWhatIsWrongInsideAnObjectIsToldOutside(t *testing.T) {
	fields := parse(t, `{"userinfo":{"nickname":7}}`)
	inner := fields.Object("userinfo")
	inner.Text("nickname", 6)
	mustFail(t, fields.Err(), envelope.BadParam, "nickname is not a string")
	mustFail(t, inner.Err(), envelope.BadParam, "nickname is not a string")
}
