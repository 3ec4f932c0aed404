package envelope_test

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/envelope"
)

func TestIntegersAreNumbersOrNumericStrings(t *testing.T) {
	for raw, want := range map[string]int64{
		`0`: 0, `"0"`: 0, `-1`: -1, `"-1"`: -1, `"007"`: 7, `-0`: 0, `2147483648`: 1 << 31,
		`9223372036854775807`: math.MaxInt64, `9223372036854775808`: math.MaxInt64,
		`-99999999999999999999999`: math.MinInt64, `"99999999999999999999999"`: math.MaxInt64,
	} {
		fields := parse(t, `{"n":`+raw+`}`)
		if got := fields.Int("n"); got != want || fields.Err() != nil {
			t.Errorf("%s is read as %d, %v, want %d", raw, got, fields.Err(), want)
		}
	}
	for _, raw := range []string{
		`1.5`, `1.0`, `1e2`, `"1x"`, `"x1"`, `" 1"`, `"1 "`, `"+1"`, `"1.0"`, `"0x10"`, `""`, `"-"`, `"١"`,
		`true`, `false`, `[]`, `[1]`, `{}`, `null`,
	} {
		fields := parse(t, `{"n":`+raw+`}`)
		fields.Int("n")
		wantCode(t, fields.Err(), envelope.BadParam)
	}
}

func TestAnIntegerOutsideWhatIsListedIsOutOfRange(t *testing.T) {
	fields := parse(t, `{"flag":2,"status":"1"}`)
	if got := fields.OneOf("status", 0, 1); got != 1 || fields.Err() != nil {
		t.Errorf("status is %d, %v, want 1", got, fields.Err())
	}
	fields.OneOf("flag", 0, 1)
	wantCode(t, fields.Err(), envelope.OutOfRange)
	fields.ID("missing")
	wantCode(t, fields.Err(), envelope.BadParam) // a missing field goes before one out of range
	fields.OneOf("flag", 0, 1)
	wantCode(t, fields.Err(), envelope.BadParam)
}

func TestIDs(t *testing.T) {
	long := strings.Repeat("界", 43) // 129 bytes
	for raw, good := range map[string]bool{
		`"tom"`: true, `" tom "`: true, `"中文/?&%"`: true, `"` + long[:126] + `"`: true, `"` + strings.Repeat("a", 128) + `"`: true,
		`"` + long + `"`: false, `""`: false, `null`: false, `"a\u0000"`: false, `"a\n"`: false, `"\u007f"`: false,
		`"\u0085"`: false, `"\u00a0"`: true, `12`: false, `{}`: false, `true`: false, `["tom"]`: false,
	} {
		fields := parse(t, `{"id":`+raw+`}`)
		if id := fields.ID("id"); (fields.Err() == nil) != good {
			t.Errorf("id %s is read as %q, %v, want success %v", raw, id, fields.Err(), good)
		}
	}
}

func TestAUserIDMayArriveAsAnInteger(t *testing.T) {
	for raw, want := range map[string]string{
		`12`: "12", `-7`: "-7", `123456789012345678901234567890`: "123456789012345678901234567890", `"12"`: "12", `"a"`: "a",
	} {
		fields := parse(t, `{"userid":`+raw+`}`)
		if got := fields.UserID("userid"); got != want || fields.Err() != nil {
			t.Errorf("user id %s is read as %q, %v, want %q", raw, got, fields.Err(), want)
		}
	}
	for _, raw := range []string{`1.5`, `1e3`, `true`, `""`, `null`, `[1]`, strings.Repeat("1", 129)} {
		fields := parse(t, `{"userid":`+raw+`}`)
		fields.UserID("userid")
		wantCode(t, fields.Err(), envelope.BadParam)
	}
}

func TestTexts(t *testing.T) {
	fields := parse(t, `{"null":null,"empty":"","full":"<b>&\n","inner":{"nickname":"n"},"nothing":null}`)
	for name, want := range map[string]string{"absent": "", "null": "", "empty": "", "full": "<b>&\n"} {
		if got := fields.Text(name, 10); got != want {
			t.Errorf("text %s is %q, want %q", name, got, want)
		}
	}
	if got := fields.Object("inner").Text("nickname", 10) + fields.Object("nothing").Text("nickname", 10); got != "n" {
		t.Errorf("the inner texts are %q, want n", got)
	}
	if err := fields.Err(); err != nil {
		t.Errorf("good texts: %v", err)
	}
	for name, read := range map[string]func(*envelope.Fields){
		"too long":           func(f *envelope.Fields) { f.Text("full", 4) },
		"required and empty": func(f *envelope.Fields) { f.RequiredText("empty", 5) },
		"required and null":  func(f *envelope.Fields) { f.RequiredText("null", 5) },
		"an object":          func(f *envelope.Fields) { f.Text("inner", 5) },
		"no object":          func(f *envelope.Fields) { f.Object("full") },
		"bad inside":         func(f *envelope.Fields) { f.Object("inner").Int("nickname") },
	} {
		fields := parse(t, `{"null":null,"empty":"","full":"<b>&\n","inner":{"nickname":"n"}}`)
		read(fields)
		if fields.Err() == nil {
			t.Errorf("%s is no error", name)
		}
	}
}

func TestTheMessageNamesTheFieldAndTheReason(t *testing.T) {
	fields := parse(t, `{}`)
	fields.ID("userid")
	const want = "invalid param in json from client! | userid is null or empty!"
	if got := fields.Err().Error(); got != want {
		t.Errorf("the message is %q, want %q", got, want)
	}
}

func TestLooseFieldsAreNeverAnError(t *testing.T) {
	fields := parse(t, `{"s":"x","n":7,"text":"8","null":null,"object":{},"float":1.5}`)
	for name, want := range map[string]string{"s": "x", "n": "7", "text": "8", "null": "", "object": "", "absent": "", "float": "1.5"} {
		if got := fields.Loose(name); got != want {
			t.Errorf("loose %s is %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]int64{"s": -1, "n": 7, "text": 8, "null": -1, "object": -1, "absent": -1, "float": -1} {
		if got := fields.LooseInt(name, -1); got != want {
			t.Errorf("loose integer %s is %d, want %d", name, got, want)
		}
	}
}

func FuzzInt(f *testing.F) {
	for _, seed := range []string{`1`, `"1"`, `-0`, `1.5`, `"1x"`, `1e5`, `99999999999999999999`, `"-5"`, `""`, `true`, `null`, `"\u0031"`} {
		f.Add(seed)
	}
	integer := regexp.MustCompile(`^-?[0-9]+$`)
	f.Fuzz(func(t *testing.T, raw string) {
		fields, err := envelope.Parse([]byte(`{"n":` + raw + `}`))
		var object map[string]json.RawMessage
		if err != nil || json.Unmarshal([]byte(`{"n":`+raw+`}`), &object) != nil || len(object) != 1 {
			return // raw is no value
		}
		text := string(object["n"])
		if text[0] == '"' {
			if err := json.Unmarshal(object["n"], &text); err != nil {
				t.Fatal(err)
			}
		}
		got, good := fields.Int("n"), fields.Err() == nil
		if good != integer.MatchString(text) {
			t.Fatalf("%s is an integer: %v", raw, good)
		}
		if !good {
			return
		}
		want, _ := new(big.Int).SetString(text, 10)
		switch {
		case want.Cmp(big.NewInt(math.MaxInt64)) > 0:
			want = big.NewInt(math.MaxInt64)
		case want.Cmp(big.NewInt(math.MinInt64)) < 0:
			want = big.NewInt(math.MinInt64)
		}
		if want.Int64() != got {
			t.Errorf("%s is read as %d, want %d", raw, got, want)
		}
	})
}
