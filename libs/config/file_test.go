package config_test

import (
	"flag"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/libs/config"
)

func TestEveryKindOfScalarIsTaken(t *testing.T) {
	s := mustLoad(t, "live_ttl: 90m\nlimit: 3\nratio: 0.25\nstrict: true\ntitle: 0888\npages: \"2\"\n", nil)
	if s.TTL != 90*time.Minute || s.Limit != 3 || s.Ratio != 0.25 || !s.Strict || s.Title != "0888" || s.Pages != 2 {
		t.Errorf("got %+v", s)
	}
}

func TestANullMeansTheDefault(t *testing.T) {
	s := mustLoad(t, "live_ttl:\nlimit: null\ntitle: ~\npush_key:\npush_key_file: /run/key\n", nil)
	if s.TTL != 24*time.Hour || s.Limit != 10 || s.Title != "untitled" || s.Key.File != "/run/key" {
		t.Errorf("got %+v", s)
	}
	if s := mustLoad(t, `title: "null"`, nil); s.Title != "null" {
		t.Errorf("a quoted null became %q", s.Title)
	}
}

func TestAFileThatSaysNothingIsNoError(t *testing.T) {
	for _, file := range []string{"\n", "# nothing yet\n", "---\n", "---\n...\n", "null\n", "{}\n"} {
		mustLoad(t, file, nil)
	}
}

func TestAListIsWrittenEitherWay(t *testing.T) {
	for _, file := range []string{
		"cors_origins: a, b,,c ,",
		"cors_origins: [a, ' b', null, c]",
		"cors_origins:\n  - a\n  - b\n  - 'c'\n",
	} {
		if s := mustLoad(t, file, nil); strings.Join(s.Origins, "|") != "a|b|c" {
			t.Errorf("%q became %q", file, s.Origins)
		}
	}
	if s := mustLoad(t, "cors_origins: [a]", []string{"XZB_CORS_ORIGINS="}); len(s.Origins) != 0 {
		t.Errorf("an empty variable left %q", s.Origins)
	}
}

func TestABadFileIsAnErrorThatSaysWhere(t *testing.T) {
	tests := map[string]struct{ file, want string }{
		"unknown key":        {"limit: 1\nlimits: 2", `room.yaml:2: unknown key "limits"`},
		"wrong case":         {"Limit: 1", `unknown key "Limit"`},
		"spelt as a flag":    {"live-ttl: 1h", `unknown key "live-ttl"`},
		"twice":              {"limit: 1\ntitle: x\nlimit: 2", "room.yaml:3: limit: line 1 sets this key already"},
		"nested":             {"title:\n  zh: x", "room.yaml:1: title: must be a single value"},
		"list for one value": {"title: [x]", "title: must be a single value"},
		"list of lists":      {"cors_origins: [[a]]", "cors_origins: must be a list of single values"},
		"list of maps":       {"cors_origins: [{a: b}]", "cors_origins: must be a single value"},
		"no map":             {"- limit", "must be lines of the form"},
		"two documents":      {"limit: 1\n---\nlimit: 2", "must be one YAML document"},
		"merge key":          {"<<: {limit: 1}", `unknown key "<<"`},
		"not YAML":           {"limit: 1\n\ttitle: x", "line 2"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, test.file, nil)
			mustFail(t, err, "room.yaml", test.want)
		})
	}
}

func TestAMissingFileIsAnErrorThatNamesIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent.yaml")
	_, err := load(t, "", nil, "-config", path)
	mustFail(t, err, "-config", path)
}

func TestUnquotedSecretsThatYAMLWouldMisreadAreRefusedUnseen(t *testing.T) {
	for _, value := range []string{"&hunter2", "*hunter2", "!hunter2", "!hunter2 x", "{hunter2", "%hunter2", "'hunter2", "@hunter2"} {
		_, err := load(t, "push_key: "+value, nil)
		mustFail(t, err, "room.yaml")
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q shows the secret", err)
		}
	}
}

func FuzzAnyFileIsTakenOrRefusedByName(f *testing.F) {
	for _, seed := range []string{"", "limit: 1", "a: &a [*a]", "? [x]\n: y", "- -", "---\n---\n", "cors_origins: [a, {b: c}]", "\ufefftitle: x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		path := write(t, content)
		fs := flag.NewFlagSet("room", flag.ContinueOnError)
		fs.SetOutput(io.Discard)
		new(settings).RegisterFlags(fs)
		if _, _, err := config.Load(fs, []string{"-config", path}, nil); err != nil {
			mustFail(t, err, path)
		}
	})
}
