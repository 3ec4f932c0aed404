package signing_test

import (
	"encoding/hex"
	"regexp"
	"strings"
	"testing"

	"xiaozhibo.dev/services/signing"
)

func TestAStreamIDIsReadable(t *testing.T) {
	for _, example := range []struct{ user, want string }{
		{"tom", "8888_tom"},
		{"user-42", "8888_user-42"},
		{"a-b", "8888_a-b"},
		{"a_b", "8888_a_5fb"},
		{"A_B", "8888__41_5f_42"},
		{"a@b", "8888_a_40b"},
		{"中", "8888__e4_b8_ad"},
		{"?&/% ", "8888__3f_26_2f_25_20"},
	} {
		if got := signing.StreamID("8888", example.user); got != example.want {
			t.Errorf("the stream id of %q is %s, want %s", example.user, got, example.want)
		}
	}
}

var streamIDPattern = regexp.MustCompile(`^8888_[a-z0-9_-]*$`)

// That an id can be read back proves that no two users share one.
func FuzzAStreamIDNamesOneUser(f *testing.F) {
	for _, user := range []string{
		"tom", "a-b", "a_b", "A_B", "a@b", "中文", "a b", "a b ", "?&/% ", "_5f", "", "\x00\xff",
		strings.Repeat("_", 128), strings.Repeat("中", 42),
	} {
		f.Add(user, "a-b")
	}
	f.Fuzz(func(t *testing.T, user, other string) {
		id := signing.StreamID("8888", user)
		if !streamIDPattern.MatchString(id) {
			t.Errorf("the stream id of %q is %q", user, id)
		}
		if got := readBack(t, id); got != user {
			t.Errorf("%q reads back as %q, want %q", id, got, user)
		}
		if user != other && id == signing.StreamID("8888", other) {
			t.Errorf("%q and %q share the stream id %s", user, other, id)
		}
	})
}

func readBack(t *testing.T, id string) string {
	t.Helper()
	parts := strings.Split(strings.TrimPrefix(id, "8888_"), "_")
	user := parts[0]
	for _, part := range parts[1:] {
		if len(part) < 2 {
			t.Fatalf("%q ends within an encoded byte", id)
		}
		b, err := hex.DecodeString(part[:2])
		if err != nil {
			t.Fatalf("%q: %v", id, err)
		}
		user += string(b) + part[2:]
	}
	return user
}
