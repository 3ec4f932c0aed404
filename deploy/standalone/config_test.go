package main

import (
	"io"
	"strings"
	"testing"
	"time"
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

func TestAStartSaysWhereTheLogForgetsBeforeWebhooksAreGivenUp(t *testing.T) {
	for name, one := range map[string]struct {
		url            string
		changes, tries time.Duration
		want           string
	}{
		"nobody is told":       {"", 0, 72 * time.Hour, ""},
		"the log is longer":    {"https://h/", 96 * time.Hour, 72 * time.Hour, ""},
		"the log is as long":   {"https://h/", 72 * time.Hour, 72 * time.Hour, "changes_ttl: 72h0m0s is not more than webhook_retry_for"},
		"the log has no time":  {"https://h/", 0, 72 * time.Hour, "changes_ttl: not set"},
		"the log is forgetful": {"https://h/", time.Hour, 72 * time.Hour, "changes_ttl: 1h0m0s is not more than"},
	} {
		var c Config
		c.Gateway.Webhook.URL, c.Gateway.Webhook.RetryFor, c.Stream.ChangesTTL = one.url, one.tries, one.changes
		if got := c.forgetsWebhooks(); !strings.HasPrefix(got, one.want) || (got == "") != (one.want == "") {
			t.Errorf("%s: %q, want %q", name, got, one.want)
		}
	}
}
