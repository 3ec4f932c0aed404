package envelope_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"xiaozhibo.dev/gateway/envelope"
)

// FuzzAppendText compares with the standard encoder, without its HTML escaping.
func FuzzAppendText(f *testing.F) {
	for _, text := range []string{
		"", "plain", "<a href='x'>&</a>", `"\/`, "\b\f\n\r\t", "\x00\x01\x1f\x7f", "中文😀", "\u2027\u2028\u2029\u202a", "\ufffd", "\xff", "a\xe4\xb8",
		"\xed\xa0\x80", "\u0085", "\xc3", "é\xc3", "a\u2028b\xffc\"",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want bytes.Buffer
		want.WriteString("before")
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(text); err != nil {
			t.Fatal(err)
		}
		if got := envelope.AppendText(nil, "before", text); string(got)+"\n" != want.String() {
			t.Errorf("%q is written %s, want %s", text, got, &want)
		}
	})
}

func TestIntegersAreWrittenInFull(t *testing.T) {
	for n, want := range map[int64]string{0: "n0", -1: "n-1", math.MaxInt64: "n9223372036854775807", math.MinInt64: "n-9223372036854775808"} {
		if got := string(envelope.AppendInt(nil, "n", n)); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
}
