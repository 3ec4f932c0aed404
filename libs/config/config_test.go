package config_test

import (
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/config"
)

// settings is a component's configuration with a key of every kind.
type settings struct {
	TTL     time.Duration
	Limit   int
	Ratio   float64
	Pages   uint
	Strict  bool
	Title   string
	Order   string
	Level   slog.Level
	Origins config.StringList
	Key     config.Secret
}

func (s *settings) RegisterFlags(fs *flag.FlagSet) {
	fs.DurationVar(&s.TTL, "live-ttl", 24*time.Hour, "a room not heard of for so long ends")
	fs.IntVar(&s.Limit, "limit", 10, "rows at most")
	fs.Float64Var(&s.Ratio, "ratio", 0.5, "share of `traces` kept")
	fs.UintVar(&s.Pages, "pages", 1, "pages at most")
	fs.BoolVar(&s.Strict, "strict", false, "refuse what is odd")
	fs.StringVar(&s.Title, "title", "untitled", "name of a room")
	fs.TextVar(&s.Level, "log-level", slog.LevelInfo, "debug, info, warn or error")
	s.Order = "oldest"
	fs.Func("order", "oldest or newest", func(text string) error {
		if text != "oldest" && text != "newest" {
			return errors.New("must be oldest or newest")
		}
		s.Order = text
		return nil
	})
	fs.Var(&s.Origins, "cors-origins", "pages that may post")
	config.SecretVar(fs, &s.Key, "push-key", "signs push URLs")
}

// load loads settings; a file that is not "" is written and named by -config.
func load(t *testing.T, file string, environ []string, args ...string) (settings, error) {
	t.Helper()
	var s settings
	fs := flag.NewFlagSet("room", flag.ContinueOnError)
	s.RegisterFlags(fs)
	if file != "" {
		args = append([]string{"-config", write(t, file)}, args...)
	}
	_, _, err := config.Load(fs, args, environ)
	return s, err
}

func write(t *testing.T, content string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "room.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustLoad(t *testing.T, file string, environ []string, args ...string) settings {
	t.Helper()
	s, err := load(t, file, environ, args...)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return s
}

func mustFail(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if known := (*config.Error)(nil); !errors.As(err, &known) {
		t.Errorf("%v is a %T, not a *config.Error", err, err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
}

func TestDefaultsStandWhereNothingIsGiven(t *testing.T) {
	s := mustLoad(t, "", nil)
	if s.TTL != 24*time.Hour || s.Limit != 10 || s.Title != "untitled" || s.Strict || s.Origins != nil {
		t.Errorf("got %+v", s)
	}
}

func TestFlagsWinOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	s := mustLoad(t,
		"live_ttl: 1h\nlimit: 1\ntitle: file",
		[]string{"XZB_LIVE_TTL=2h", "XZB_LIMIT=2"},
		"-live-ttl", "3h")
	if s.TTL != 3*time.Hour || s.Limit != 2 || s.Title != "file" {
		t.Errorf("got %+v", s)
	}
}

func TestAnEmptyVariableIsAGivenValue(t *testing.T) {
	if s := mustLoad(t, "title: file", []string{"XZB_TITLE="}); s.Title != "" {
		t.Errorf("title is %q", s.Title)
	}
	_, err := load(t, "", []string{"XZB_LIVE_TTL="})
	mustFail(t, err, "XZB_LIVE_TTL", "duration")
}

func TestUnknownVariablesAreWarningsThatShowNoValue(t *testing.T) {
	fs := flag.NewFlagSet("room", flag.ContinueOnError)
	new(settings).RegisterFlags(fs)
	_, warnings, err := config.Load(fs, nil,
		[]string{"XZB_ROOM_PORT=tcp://10.0.0.1", "XZB_CONFIG=x", "PATH=/bin", "XZB_LIMIT=3", "XZB_live_ttl=1h"})
	if got := strings.Join(warnings, " "); err != nil || got != "XZB_CONFIG XZB_ROOM_PORT XZB_live_ttl" {
		t.Errorf("warnings %q, error %v", got, err)
	}
}

func TestAWrongValueNamesItsKeyItsSourceAndWhatIsExpected(t *testing.T) {
	const bad = "s3cret"
	want := map[string]string{
		"log-level": "must be: debug, info, warn or error",
		"live-ttl":  "must be a duration such as 90s, 10m or 24h",
		"limit":     "must be a whole number",
		"ratio":     "must be a number",
		"pages":     "must be a whole number, not negative",
		"strict":    "must be true or false",
		"order":     "must be oldest or newest",
	}
	for name, expected := range want {
		key := strings.ReplaceAll(name, "-", "_")
		env := "XZB_" + strings.ToUpper(key)
		_, fromFile := load(t, "\n"+key+": "+bad, nil)
		_, fromEnv := load(t, "", []string{env + "=" + bad})
		_, fromFlag := load(t, "", nil, "-"+name+"="+bad)
		mustFail(t, fromFile, "room.yaml:2: "+key+": "+expected)
		mustFail(t, fromEnv, "environment "+env+": "+expected)
		mustFail(t, fromFlag, "flag -"+name+": "+expected)
		for _, err := range []error{fromFile, fromEnv, fromFlag} {
			if strings.Contains(err.Error(), bad) {
				t.Errorf("%q shows the value", err)
			}
		}
	}
}

func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	_, err := load(t, "liv_ttl: 1h\nlimit: x", []string{"XZB_STRICT=maybe"}, "-pages=-1")
	mustFail(t, err, `unknown key "liv_ttl"`, "room.yaml:2: limit", "XZB_STRICT", "-pages")
}

func TestVersionIsAnsweredWithABrokenConfiguration(t *testing.T) {
	fs := flag.NewFlagSet("room", flag.ContinueOnError)
	new(settings).RegisterFlags(fs)
	opts, _, err := config.Load(fs, []string{"-version", "-config=/no/such/file"}, []string{"XZB_LIMIT=x"})
	if err != nil || !opts.Version {
		t.Errorf("got %+v, %v", opts, err)
	}
}

func TestOptionsAreGivenByFlagsOnly(t *testing.T) {
	path := write(t, "limit: 3")
	fs := flag.NewFlagSet("room", flag.ContinueOnError)
	opts, _, err := config.Load(fs, []string{"-config.verify", "-config", path}, []string{"XZB_VERSION=true"})
	mustFail(t, err, `unknown key "limit"`)
	if want := (config.Options{ConfigFile: path, Verify: true}); opts != want {
		t.Errorf("got %+v, want %+v", opts, want)
	}
	_, err = load(t, "version: true\nconfig: x\nconfig.verify: true", nil)
	mustFail(t, err, `unknown key "version"`, `unknown key "config"`, `unknown key "config.verify"`)
}
