package envelope_test

import (
	"errors"
	"testing"

	"xiaozhibo.dev/gateway/envelope"
)

// parse returns the fields of a body that must be taken.
func parse(t *testing.T, body string) *envelope.Fields {
	t.Helper()
	fields, err := envelope.Parse([]byte(body))
	if err != nil {
		t.Fatalf("parse %.100q: %v", body, err)
	}
	return fields
}

// mustFail checks the code of a refusal and what it says after the fixed words.
func mustFail(t *testing.T, err error, code envelope.Code, says string) {
	t.Helper()
	var refusal *envelope.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal: %s", err, says)
	}
	if want := "invalid param in json from client! | " + says + "!"; refusal.Code != code || refusal.Message != want {
		t.Errorf("got %d %q\nwant %d %q", refusal.Code, refusal.Message, code, want)
	}
}

// mustRead checks that a reader took its field, or refused it if refused says why.
func mustRead[T comparable](t *testing.T, fields *envelope.Fields, got, want T, refused string) {
	t.Helper()
	err := fields.Err()
	switch {
	case refused != "":
		mustFail(t, err, envelope.BadParam, refused)
	case err != nil:
		t.Errorf("refused: %v", err)
	case got != want:
		t.Errorf("got %v, want %v", got, want)
	}
}
