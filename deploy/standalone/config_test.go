package main

import (
	"io"
	"strings"
	"testing"
)

func TestAListThatWaitsForPushesNeedsEventsThatAreBelieved(t *testing.T) {
	for name, one := range map[string]struct {
		args []string
		good bool
	}{
		"by nothing":        {nil, false},
		"by the key":        {[]string{"-callback-key", "k"}, true},
		"though anybody's":  {[]string{"-callback-unsigned"}, true},
		"or not to wait":    {[]string{"-list-requires-push=false"}, true},
		"by an unset value": {[]string{"-callback-key", ""}, false},
	} {
		args := append([]string{"-config.verify", "-data-dir", t.TempDir(), "-list-requires-push"}, one.args...)
		err := standalone().Run(t.Context(), args, io.Discard, io.Discard)
		if one.good != (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if !one.good && (err == nil || !strings.Contains(err.Error(), "list_requires_push: nothing would ever be listed") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: the error is %q", name, err)
		}
	}
}
