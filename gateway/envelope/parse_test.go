package envelope_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/envelope"
)

const bom = "\xef\xbb\xbf"

func TestOneJSONObjectIsTaken(t *testing.T) {
	for name, body := range map[string]string{
		"plain":              `{"Action":"GetCOSSign"}`,
		"with white space":   " \t\r\n{ \"Action\" : \"GetCOSSign\" } \n",
		"after a BOM":        bom + `{"Action":"GetCOSSign"}`,
		"in any order":       `{"b":[1,{}],"a":null,"Action":"GetCOSSign"}`,
		"a name in escapes":  `{"\u0041ction":"GetCOSSign"}`,
		"a name twice":       `{"Action":"FetchList","Action":"GetCOSSign"}`,
		"another case":       `{"Action":"GetCOSSign","ACTION":"FetchList","action":1}`,
		"as long as may be":  `{"Action":"GetCOSSign","a":"` + strings.Repeat("x", envelope.MaxBody-33) + `"}`,
		"nested deep enough": `{"Action":"GetCOSSign","a":` + nested(9_000) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			if got := parse(t, body).Action(); got != "GetCOSSign" {
				t.Errorf("Action is %q", got)
			}
		})
	}
}

func TestAnythingElseIsABadBody(t *testing.T) {
	const empty, long, broken, other = "request body is empty!", "request body is too long!",
		"request body is not valid UTF-8!", "request body is not a json object!"
	for name, test := range map[string]struct{ body, says string }{
		"nothing":                {"", empty},
		"white space":            {" \n", other},
		"a BOM":                  {bom, other},
		"two BOMs":               {bom + bom + "{}", other},
		"null":                   {"null", other},
		"an array":               {`[{"Action":"FetchList"}]`, other},
		"a string":               {`"{}"`, other},
		"a number":               {"0", other},
		"two objects":            {"{}{}", other},
		"an object and a letter": {"{}x", other},
		"half an object":         {`{"Action":"FetchList"`, other},
		"a form":                 {"Action=FetchList&flag=1", other},
		"single quotes":          {`{'Action':'FetchList'}`, other},
		"a comma too many":       {`{"a":1,}`, other},
		"a number with zeros":    {`{"a":007}`, other},
		"a raw line break":       {"{\"a\":\"\n\"}", other},
		"nesting without end":    {`{"a":` + nested(envelope.MaxBody/2-4) + `}`, other},
		"one byte too many":      {`{"a":"` + strings.Repeat("x", envelope.MaxBody-7) + `"}`, long},
		"Latin-1":                {"{\"a\":\"caf\xe9\"}", broken},
		"GBK":                    {"{\"a\":\"\xd6\xd0\"}", broken},
		"a surrogate in UTF-8":   {"{\"a\":\"\xed\xa0\x80\"}", broken},
		"an overlong form":       {"{\"a\":\"\xc0\xaf\"}", broken},
		"UTF-16":                 {"\xff\xfe{\x00}\x00", broken},
		"a cut character":        {"{\"a\":\"\xe4\xb8\"}", broken},
	} {
		t.Run(name, func(t *testing.T) {
			fields, err := envelope.Parse([]byte(test.body))
			var refusal *envelope.Error
			if !errors.As(err, &refusal) || *refusal != (envelope.Error{Code: envelope.BadBody, Message: test.says}) {
				t.Errorf("got %v, want %q", err, test.says)
			}
			if fields != nil {
				t.Error("there are fields beside the error")
			}
		})
	}
}

func TestWhatIsReadDoesNotReferToTheBody(t *testing.T) {
	body := []byte(`{"Action":"FetchList","userid":"tom","n":42}`)
	fields, err := envelope.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	copy(body, bytes.Repeat([]byte("x"), len(body)))
	if action, user, n := fields.Action(), fields.UserID("userid"), fields.Int("n"); action != "FetchList" || user != "tom" || n != 42 {
		t.Errorf("read %q, %q, %d after the body was overwritten", action, user, n)
	}
}

func nested(depth int) string {
	return strings.Repeat("[", depth) + strings.Repeat("]", depth)
}
