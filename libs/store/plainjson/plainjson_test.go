package plainjson_test

import (
	"testing"

	"xiaozhibo.dev/libs/store/plainjson"
)

func TestTextsAreKeptAsTheyAre(t *testing.T) {
	raw, err := plainjson.Encode(map[string]string{"url": "http://h/?a=1&b=<2>\n\u2028\""})
	if want := `{"url":"http://h/?a=1&b=<2>\n\u2028\""}`; err != nil || string(raw) != want {
		t.Errorf("got %s, %v, want %s", raw, err, want)
	}
	if raw, err := plainjson.Encode(make(chan int)); err == nil {
		t.Errorf("a channel is %q", raw)
	}
}
