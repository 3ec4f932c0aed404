package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"xiaozhibo.dev/libs/config"
)

func TestASecretIsReadFromItsValueOrItsFile(t *testing.T) {
	contents := []struct{ content, want string }{
		{"abc", "abc"},
		{"abc\n", "abc"},
		{"abc\r\n", "abc"},
		{"abc\n\n", "abc\n"},
		{"abc\r", "abc\r"},
		{" a\nb \n", " a\nb "},
		{"\n", ""},
		{"", ""},
		{"abc\n\r\n", "abc\n"},
	}
	for _, file := range contents {
		s := mustLoad(t, "", []string{"XZB_PUSH_KEY_FILE=" + write(t, file.content)})
		if got, err := s.Key.Read(); err != nil || got != file.want {
			t.Errorf("file %q: got %q, %v", file.content, got, err)
		}
	}
	s := mustLoad(t, "", []string{"XZB_PUSH_KEY=abc\n"})
	if got, err := s.Key.Read(); err != nil || got != "abc\n" {
		t.Errorf("value: got %q, %v", got, err)
	}
}

func TestAMissingSecretFileIsAnErrorThatNamesTheKey(t *testing.T) {
	s := mustLoad(t, "push_key_file: /no/such/file", nil)
	_, err := s.Key.Read()
	mustFail(t, err, "push_key_file", "/no/such/file")
	_, err = config.Secret{File: "/no/such/file"}.Read()
	mustFail(t, err, "secret", "/no/such/file")
}

func TestAHigherLayerReplacesValueAndFile(t *testing.T) {
	tests := map[string]struct {
		file        string
		environ     []string
		args        []string
		value, path string
	}{
		"file over value":      {"push_key: low", []string{"XZB_PUSH_KEY_FILE=/high"}, nil, "", "/high"},
		"value over file":      {"push_key_file: /low", nil, []string{"-push-key=high"}, "high", ""},
		"empty over value":     {"push_key: low", []string{"XZB_PUSH_KEY="}, nil, "", ""},
		"empty path is none":   {"push_key: low", []string{"XZB_PUSH_KEY_FILE="}, nil, "low", ""},
		"empty value and file": {"", []string{"XZB_PUSH_KEY_FILE=/here", "XZB_PUSH_KEY="}, nil, "", "/here"},
		"three layers":         {"push_key: low", []string{"XZB_PUSH_KEY_FILE=/mid"}, []string{"-push-key", "high"}, "high", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := mustLoad(t, test.file, test.environ, test.args...)
			if s.Key.Value != test.value || s.Key.File != test.path {
				t.Errorf("got value %q, file %q", s.Key.Value, s.Key.File)
			}
		})
	}
}

func TestValueAndFileInOneLayerIsAnError(t *testing.T) {
	const secret = "hunter2"
	_, fromFile := load(t, "push_key_file: /key\npush_key: "+secret, nil)
	_, fromEnv := load(t, "", []string{"XZB_PUSH_KEY=" + secret, "XZB_PUSH_KEY_FILE=/key"})
	_, fromFlags := load(t, "", nil, "-push-key-file=/key", "-push-key="+secret)
	mustFail(t, fromFile, "room.yaml:2: push_key and ", "room.yaml:1: push_key_file", "give one of the two")
	mustFail(t, fromEnv, "XZB_PUSH_KEY and ", "XZB_PUSH_KEY_FILE")
	mustFail(t, fromFlags, "-push-key and ", "-push-key-file")
	for _, err := range []error{fromFile, fromEnv, fromFlags} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q shows the secret", err)
		}
	}
}

func TestASecretIsNeverShown(t *testing.T) {
	const secret = "hunter2"
	type component struct{ Key config.Secret }
	value := component{config.Secret{Value: secret}}
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&shown, verb+verb+verb, value, &value, value.Key)
	}
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("x", "key", value.Key, "all", value)
	slog.New(slog.NewTextHandler(&shown, nil)).Info("x", "key", value.Key, "all", value)
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
		text, err := marshal(value)
		if err != nil || !bytes.Contains(text, []byte("***")) {
			t.Errorf("marshalled as %s, %v", text, err)
		}
		shown.Write(text)
	}
	shown.WriteString(value.Key.String() + value.Key.GoString())
	for _, form := range []string{secret, fmt.Sprintf("%x", secret)} {
		if strings.Contains(shown.String(), form) {
			t.Errorf("shown: %s", shown.String())
		}
	}
}

func TestWhetherASecretIsSetIsShown(t *testing.T) {
	for want, secret := range map[string]config.Secret{"": {}, "***": {Value: "x"}} {
		if got := secret.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := (config.Secret{File: "/key"}).String(); got != "***" {
		t.Errorf("a file: got %q", got)
	}
}
