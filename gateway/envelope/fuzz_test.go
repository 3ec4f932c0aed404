package envelope_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"xiaozhibo.dev/gateway/envelope"
)

// FuzzParse compares with the standard decoder, which is given the same text.
func FuzzParse(f *testing.F) {
	for _, body := range []string{
		``, `{}`, bom + `{"a":1}`, `{"a":"\ud83d\ude00","a":"\\ud83d"}`, `{"a":"\ud83d"}`, `{"a":null,"A":{"b":[1e2]}}`,
		`{"a":-0.5e+7}`, `{"":true} x`, "{\"a\":\"\xff\"}", `{"a":{"a":{"a":"\u0000"}}}`, `[{}]`, "{\"\u2028\":1e999}",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		want, errWant := decode(bytes.TrimPrefix(body, []byte(bom)))
		fields, err := envelope.Parse(body)
		if err != nil {
			if errWant == nil && strings.Contains(err.Error(), "is not a json object") {
				t.Fatalf("%q is refused: %v", body, err)
			}
			return
		}
		if errWant != nil {
			t.Fatalf("%q is taken: %v", body, errWant)
		}
		for name, value := range want {
			switch value := value.(type) {
			case string:
				if got := fields.Text(name, math.MaxInt); got != value {
					t.Errorf("%q is %q, want %q", name, got, value)
				}
			case json.Number:
				if got := fields.Loose(name); got != value.String() {
					t.Errorf("%q is %q, want %q", name, got, value)
				}
			case map[string]any, nil:
				fields.Object(name)
			}
		}
		if err := fields.Err(); err != nil {
			t.Errorf("%q: %v", body, err)
		}
	})
}

func decode(body []byte) (object map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&object); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more than one value: %w", err)
	}
	if object == nil {
		return nil, errors.New("null")
	}
	return object, nil
}

// FuzzUserID tells that no two ids become one: whatever is taken can be turned
// back into what was sent, character by character or escape by escape.
func FuzzUserID(f *testing.F) {
	for _, id := range []string{"tom", "\xff\xfe", "\xd8\x3d\xde\x00", "\xde\x00\xd8\x3d", `\ud83d`, "中文", "\ufffd", "\x00"} {
		f.Add([]byte(id))
	}
	f.Fuzz(func(t *testing.T, id []byte) {
		plain := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(string(id))
		if got, ok := userID(plain); ok && got != string(id) {
			t.Errorf("%q became %q", id, got)
		}
		var escapes strings.Builder
		units := make([]uint16, len(id)/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(id[2*i:])
			fmt.Fprintf(&escapes, `\u%04x`, units[i])
		}
		if got, ok := userID(escapes.String()); ok && !slices.Equal(utf16.Encode([]rune(got)), units) {
			t.Errorf("%s became %q", &escapes, got)
		}
	})
}

func userID(literal string) (id string, ok bool) {
	fields, err := envelope.Parse([]byte(`{"userid":"` + literal + `"}`))
	if err != nil {
		return "", false
	}
	id = fields.UserID("userid")
	return id, fields.Err() == nil
}

// FuzzInt compares with integers of any size.
func FuzzInt(f *testing.F) {
	for value := range integers {
		f.Add(value)
	}
	integer := regexp.MustCompile(`^-?[0-9]+$`)
	f.Fuzz(func(t *testing.T, value string) {
		object, err := decode([]byte(`{"n":` + value + `}`))
		fields, errParse := envelope.Parse([]byte(`{"n":` + value + `}`))
		if err != nil || errParse != nil || len(object) != 1 {
			return // not one value
		}
		text, _ := object["n"].(string)
		if number, ok := object["n"].(json.Number); ok {
			text = number.String()
		}
		got, taken := fields.Int("n"), fields.Err() == nil
		if taken != integer.MatchString(text) {
			t.Fatalf("%s: %v", value, fields.Err())
		}
		if want, ok := new(big.Int).SetString(text, 10); taken && (!ok || got != bounded(want)) {
			t.Errorf("%s is %d", value, got)
		}
	})
}

func bounded(n *big.Int) int64 {
	switch {
	case n.IsInt64():
		return n.Int64()
	case n.Sign() < 0:
		return math.MinInt64
	default:
		return math.MaxInt64
	}
}
