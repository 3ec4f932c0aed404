package envelope_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"xiaozhibo.dev/gateway/envelope"
)

func TestOnlyOneCleanJSONObjectIsARequest(t *testing.T) {
	padded := func(length int) string {
		return `{"Action":"` + strings.Repeat("a", length-len(`{"Action":""}`)) + `"}`
	}
	for name, test := range map[string]struct {
		body string
		good bool
	}{
		"an object":                      {`{"Action":"X"}`, true},
		"an empty object":                {`{}`, true},
		"white space around it":          {" \r\n\t{} ", true},
		"a byte order mark":              {"\xef\xbb\xbf{}", true},
		"two byte order marks":           {"\xef\xbb\xbf\xef\xbb\xbf{}", false},
		"only a byte order mark":         {"\xef\xbb\xbf", false},
		"nothing":                        {"", false},
		"null":                           {"null", false},
		"an array":                       {`[{}]`, false},
		"a string":                       {`"{}"`, false},
		"two objects":                    {`{}{}`, false},
		"half an object":                 {`{"Action":`, false},
		"a form":                         {"Action=X&userid=u", false},
		"a raw control character":        {"{\"a\":\"\n\"}", false},
		"broken UTF-8":                   {"{\"a\":\"\xff\"}", false},
		"broken UTF-8 in a name":         {"{\"\xc0\xaf\":1}", false},
		"an encoded surrogate":           {"{\"a\":\"\xed\xa0\x80\"}", false},
		"an escaped pair":                {`{"a":"\ud83d\ude00"}`, true},
		"two escaped pairs":              {`{"a":"\uD83D\uDE00\ud83d\ude00"}`, true},
		"half a pair":                    {`{"a":"\ud83d"}`, false},
		"half a pair before text":        {`{"a":"\ud83dude00"}`, false},
		"the other half":                 {`{"a":"\ude00"}`, false},
		"halves in the wrong order":      {`{"a":"\ude00\ud83d"}`, false},
		"half a pair before an escape":   {`{"a":"\ud83d\n"}`, false},
		"half a pair before a character": {`{"a":"\ud83d\u0041"}`, false},
		"half a pair in a name":          {`{"\ud83d":1}`, false},
		"a backslash before ud83d":       {`{"a":"\\ud83d"}`, true},
		"three backslashes before ud83d": {`{"a":"\\\ud83d"}`, false},
		"65536 bytes":                    {padded(65536), true},
		"65537 bytes":                    {padded(65537), false},
		"ten thousand levels":            {`{"a":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			fields, err := envelope.Parse([]byte(test.body))
			if (err == nil) != test.good || (fields != nil) != test.good {
				t.Fatalf("Parse: %v, want success %v", err, test.good)
			}
			if err != nil {
				wantCode(t, err, envelope.BadBody)
			}
		})
	}
}

func TestNamesAreTakenAsTheyAre(t *testing.T) {
	fields := parse(t, `{"action":"lower","ACTION":"upper","Action ":"space","Action":"first","Action":"last"}`)
	if got := fields.Action(); got != "last" {
		t.Errorf("Action is %q, want that of the last field of exactly this name", got)
	}
}

func TestNothingRefersToTheBody(t *testing.T) {
	body := []byte(`{"userid":"somebody"}`)
	fields, err := envelope.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	for i := range body {
		body[i] = 'x'
	}
	if got := fields.ID("userid"); got != "somebody" {
		t.Errorf("the id became %q with its body", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"userid":"tom"}`, `{"userid":12}`, `{"userid":"\ud83d\ude00"}`, `{"userid":"\ud83d"}`, `{"userid":"\\ud83d"}`,
		"\xef\xbb\xbf{}", `{"userid":null}`, `[]`, `{"a":{"b":[1,2,{"c":"\u0000"}]}}`, "{\"userid\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		fields, err := envelope.Parse(body)
		if err != nil {
			wantCode(t, err, envelope.BadBody)
			return
		}
		var plain map[string]any
		if err := json.Unmarshal(trimMark(body), &plain); err != nil {
			t.Fatalf("accepted %q, which is no object: %v", body, err)
		}
		id := fields.ID("userid")
		if fields.Err() != nil {
			return
		}
		if want, ok := plain["userid"].(string); !ok || id != want {
			t.Errorf("userid of %q is %q, want %q", body, id, want)
		}
		// U+FFFD that nobody sent would make two different ids one.
		sent := strings.ContainsRune(string(body), utf8.RuneError) || strings.Contains(strings.ToLower(string(body)), `\ufffd`)
		if strings.ContainsRune(id, utf8.RuneError) && !sent {
			t.Errorf("userid of %q was repaired to %q", body, id)
		}
	})
}

func trimMark(body []byte) []byte {
	return []byte(strings.TrimPrefix(string(body), "\xef\xbb\xbf"))
}

func parse(tb testing.TB, body string) *envelope.Fields {
	tb.Helper()
	fields, err := envelope.Parse([]byte(body))
	if err != nil {
		tb.Fatalf("Parse(%s): %v", body, err)
	}
	return fields
}

func wantCode(tb testing.TB, err error, want envelope.Code) {
	tb.Helper()
	var got *envelope.Error
	if !errors.As(err, &got) || got.Code != want {
		tb.Errorf("the error is %v, want one with code %d", err, want)
	}
}
