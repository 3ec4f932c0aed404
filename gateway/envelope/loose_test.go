package envelope_test

import (
	"math"
	"testing"
)

func TestALooseFieldIsNeverAnError(t *testing.T) {
	const other = -42
	for value, want := range map[string]struct {
		text string
		n    int64
	}{
		`"abc"`:               {"abc", other},
		`""`:                  {"", other},
		`"7"`:                 {"7", 7},
		`7`:                   {"7", 7},
		`-7`:                  {"-7", -7},
		`1.5`:                 {"1.5", other},
		`1e2`:                 {"1e2", other},
		`9223372036854775808`: {"9223372036854775808", math.MaxInt64},
		`"\ud83d\ude00"`:      {"😀", other},
		`null`:                {"", other},
		`true`:                {"", other},
		`[7]`:                 {"", other},
		`{"field":7}`:         {"", other},
	} {
		fields := parse(t, `{"field":`+value+`}`)
		if text, n := fields.Loose("field"), fields.LooseInt("field", other); text != want.text || n != want.n || fields.Err() != nil {
			t.Errorf("%s: got %q, %d, %v", value, text, n, fields.Err())
		}
	}
	fields := parse(t, `{}`)
	if text, n := fields.Loose("field"), fields.LooseInt("field", other); text != "" || n != other || fields.Err() != nil {
		t.Errorf("absent: got %q, %d, %v", text, n, fields.Err())
	}
}
