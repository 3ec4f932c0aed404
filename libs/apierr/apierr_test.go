package apierr_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"xiaozhibo.dev/libs/apierr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOnlyCodeAndMessageLeaveTheProcess(t *testing.T) {
	noRoom := apierr.New(apierr.NotFound, "no room %q", "tom")
	tests := map[string]struct {
		err     error
		code    apierr.Code
		message string
	}{
		"our own":                       {noRoom, apierr.NotFound, `no room "tom"`},
		"our own with a cause":          {apierr.Wrap(apierr.Storage, fs.ErrPermission, "storage failed"), apierr.Storage, "storage failed"},
		"our own in a foreign error":    {fmt.Errorf("enter /secret/path: %w", noRoom), apierr.NotFound, `no room "tom"`},
		"our own among joined ones":     {errors.Join(fs.ErrPermission, noRoom), apierr.NotFound, `no room "tom"`},
		"the outer of two of our own":   {apierr.Wrap(apierr.Denied, noRoom, "wrong sign"), apierr.Denied, "wrong sign"},
		"our own before its context's":  {apierr.Wrap(apierr.Storage, context.Canceled, "storage failed"), apierr.Storage, "storage failed"},
		"a passed deadline":             {context.DeadlineExceeded, apierr.Unavailable, "no answer in time"},
		"a cancelled context":           {context.Canceled, apierr.Unavailable, "no answer in time"},
		"a deadline in a foreign error": {fmt.Errorf("dial 10.0.0.1: %w", context.DeadlineExceeded), apierr.Unavailable, "no answer in time"},
		"a foreign error":               {fs.ErrPermission, apierr.Internal, "internal error"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := apierr.Public(test.err)
			if got.Code != test.code || got.Message != test.message {
				t.Errorf("code %q, message %q; want %q, %q", got.Code, got.Message, test.code, test.message)
			}
			if cause := errors.Unwrap(got); cause != nil {
				t.Errorf("the cause leaves too: %v", cause)
			}
			if code := apierr.CodeOf(test.err); code != test.code {
				t.Errorf("CodeOf gives %q, want %q", code, test.code)
			}
		})
	}
}

func TestNoErrorHasNoCode(t *testing.T) {
	if got := apierr.Public(nil); got != nil {
		t.Errorf("Public(nil) = %v", got)
	}
	if got := apierr.CodeOf(nil); got != "" {
		t.Errorf("CodeOf(nil) = %q", got)
	}
}

func TestTheCauseIsForLogs(t *testing.T) {
	err := apierr.Wrap(apierr.Storage, fs.ErrPermission, "write %s", "room.db")
	if !errors.Is(err, fs.ErrPermission) {
		t.Error("the cause is not in the chain")
	}
	if want := "write room.db: permission denied"; err.Error() != want {
		t.Errorf("Error() = %q, want %q", err.Error(), want)
	}
	if got := apierr.New(apierr.Storage, "full").Error(); got != "full" {
		t.Errorf("without a cause: %q", got)
	}
}

func TestTheCauseIsNotEncoded(t *testing.T) {
	raw, err := json.Marshal(apierr.Wrap(apierr.Storage, fs.ErrPermission, "storage failed"))
	if want := `{"code":"storage","message":"storage failed"}`; err != nil || string(raw) != want {
		t.Errorf("encoded %s, %v; want %s", raw, err, want)
	}
}

func TestACodeSaysHowLoudItIsAndWhoseFault(t *testing.T) {
	tests := map[apierr.Code]struct {
		level slog.Level
		ours  bool
	}{
		"":                   {slog.LevelDebug, false},
		apierr.Invalid:       {slog.LevelDebug, false},
		apierr.NotFound:      {slog.LevelDebug, false},
		apierr.Denied:        {slog.LevelDebug, false},
		apierr.Banned:        {slog.LevelDebug, false},
		apierr.TooMany:       {slog.LevelDebug, false},
		apierr.Unavailable:   {slog.LevelWarn, true},
		apierr.Storage:       {slog.LevelError, true},
		apierr.NotConfigured: {slog.LevelError, true},
		apierr.Internal:      {slog.LevelError, true},
		"of_a_newer_version": {slog.LevelError, true},
	}
	for code, want := range tests {
		if level, ours := code.Level(), code.Ours(); level != want.level || ours != want.ours {
			t.Errorf("%q is %v and ours: %v; want %v, %v", code, level, ours, want.level, want.ours)
		}
	}
}
