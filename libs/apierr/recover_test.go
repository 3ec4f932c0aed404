package apierr_test

import (
	"errors"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/apierr"
)

func TestAPanicBecomesAnInternalErrorWithItsStack(t *testing.T) {
	err := guarded(func() error { panic("key=hunter2") })
	if public := apierr.Public(err); public == nil || public.Code != apierr.Internal || public.Message != "internal error" {
		t.Fatalf("a stranger learns %v", public)
	}
	for _, want := range []string{"key=hunter2", "recover_test.go"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the log lacks %q: %v", want, err)
		}
	}
}

func TestWithoutAPanicTheResultIsUnchanged(t *testing.T) {
	if err := guarded(func() error { return nil }); err != nil {
		t.Errorf("nil became %v", err)
	}
	want := errors.New("disk on fire")
	if err := guarded(func() error { return want }); !errors.Is(err, want) {
		t.Errorf("%v became %v", want, err)
	}
}

func guarded(run func() error) (err error) {
	defer apierr.Recover(&err)
	return run()
}
