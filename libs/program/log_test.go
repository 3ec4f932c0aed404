package program_test

import (
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/program"
)

// logged is what a program logs that ends as soon as it is ready.
func logged(t *testing.T, p program.Program, args ...string) string {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	p.Add = func(runtime *program.Runtime) error {
		runtime.Log.Error("it broke", "err", io.ErrUnexpectedEOF, "times", 2)
		return io.ErrUnexpectedEOF
	}
	if err := p.Run(t.Context(), append(args, "-listen-ops=off"), io.Discard, file); err == nil {
		t.Fatal("a part that cannot be added is no error")
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheLogIsJSONWhereNobodyLooks(t *testing.T) {
	text := logged(t, newProgram(never))
	for line := range strings.Lines(text) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil || fields["program"] != "greeter" {
			t.Errorf("the line %q: %v", line, err)
		}
	}
}

func TestALineForPeopleHasItsTimeAndWhatHappened(t *testing.T) {
	whole := newProgram(never)
	whole.Whole = true
	for want, p := range map[string]program.Program{
		`(?m)^\d\d:\d\d:\d\d ERR it broke program=greeter err="unexpected EOF" times=2$`: newProgram(never),
		`(?m)^\d\d:\d\d:\d\d ERR it broke err="unexpected EOF" times=2$`:                 whole,
	} {
		text := logged(t, p, "-log-format=text")
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("logged %q, want %s", text, want)
		}
	}
}

func TestAnUnknownFormatOfTheLogIsRefused(t *testing.T) {
	err := newProgram(never).Run(t.Context(), []string{"-log-format=xml"}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "log-format") {
		t.Errorf("the error is %v", err)
	}
}
