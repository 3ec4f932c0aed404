package envelope_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"xiaozhibo.dev/gateway/envelope"
)

// What objects are made of, well-formed and not.
var values = []string{
	`0`, `-0`, `00`, `-`, `+1`, `1.`, `.5`, `1.5`, `-1.5e10`, `1E+2`, `1e-2`, `1e`, `1e+`, `0x1`, `01`, `1_0`, `NaN`, `Infinity`,
	`true`, `false`, `null`, `True`, `nul`, `nulll`, `truefalse`, ``, `undefined`,
	`""`, `"a"`, `"`, `'a'`, `"\""`, `"\\"`, `"\"`, `"\x"`, `"\u00"`, `"\u00e9"`, `"\U0041"`, `"\u00g0"`, `"\`, `"\u`, "\"\t\"", "\"\x7f\"", "\"\x00\"", `"\/\b\f\n\r\t"`,
	`[]`, `[1]`, `[1,]`, `[,1]`, `[1 2]`, `[`, `]`, `[[]]`, `[[]`, `[]]`, `[}`, `{]`, `[ ]`, "[\n1\t,\r2 ]", "[\v]", "[\f]", "[\u00a0]",
	`{}`, `{"a":1}`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `{"a":1,"a":[2]}`, `{ "a" : { } }`, `{,}`, `{`, `}`,
	`/**/1`, `1//`, `[1]]`, `"a""b"`,
}

func TestWhatTheStandardDecoderTakesIsTakenAndNothingElse(t *testing.T) {
	for _, value := range values {
		for _, body := range []string{
			value, `{"v":` + value + `}`, `{"v":` + value, `{"v": ` + value + ` ,"w":1}`, `{"v":[` + value + `]}`, `{"v":{"v":` + value + `}}`,
			`{"v":1,"v":` + value + `,"w":2}`, " {\"v\":" + value + "}\n", `{"v":` + value + `}x`, `{` + value + `:1}`,
		} {
			mustAgree(t, body)
		}
	}
	for _, depth := range []int{9_997, 9_998, 9_999, 10_000, 10_001} {
		mustAgree(t, `{"v":`+nested(depth)+`}`)
		mustAgree(t, strings.Repeat(`{"v":`, depth)+`1`+strings.Repeat(`}`, depth))
	}
}

// FuzzScan compares with the standard decoder: it takes the same bodies, and
// finds the same bytes under the same names.
func FuzzScan(f *testing.F) {
	for _, value := range values {
		f.Add(`{"v":` + value + `,"\u0076":1}`)
	}
	f.Fuzz(func(t *testing.T, body string) { mustAgree(t, body) })
}

func mustAgree(t *testing.T, body string) {
	t.Helper()
	if !utf8.ValidString(body) || strings.HasPrefix(body, bom) || body == "" || len(body) > envelope.MaxBody {
		return // refused before it is looked at
	}
	var want map[string]json.RawMessage
	errWant := json.Unmarshal([]byte(body), &want)
	fields, err := envelope.Parse([]byte(body))
	if err != nil {
		if errWant == nil && want != nil && !strings.Contains(err.Error(), "UTF-8") {
			t.Errorf("%.200q is refused: %v", body, err)
		}
		return
	}
	if errWant != nil || want == nil {
		t.Fatalf("%.200q is taken: %v", body, errWant)
	}
	for name, raw := range want {
		if got := fields.Raw(name); !bytes.Equal([]byte(got), raw) {
			t.Errorf("%.200q: %q is %.200s, want %.200s", body, name, got, raw)
		}
		inner := map[string]json.RawMessage{}
		if raw[0] != '{' || json.Unmarshal(raw, &inner) != nil {
			continue
		}
		object := fields.Object(name)
		for name, raw := range inner {
			if got := object.Raw(name); got != string(raw) {
				t.Errorf("%.200q: inside, %q is %.200s, want %.200s", body, name, got, raw)
			}
		}
	}
}
