package verify_test

import (
	"errors"
	"flag"
	"io"
	"regexp"
	"strings"
	"testing"

	gateway "xiaozhibo.dev/gateway/setup"
	"xiaozhibo.dev/libs/program"
	counter "xiaozhibo.dev/services/counter/setup"
	media "xiaozhibo.dev/services/media/setup"
	room "xiaozhibo.dev/services/room/setup"
	signing "xiaozhibo.dev/services/signing/setup"
	stream "xiaozhibo.dev/services/stream/setup"
)

// environment are the templates in which the chart sets every key.
var environment = []string{"deploy/helm/xiaozhibo/templates/_env.tpl", "deploy/helm/xiaozhibo/templates/_rpc.tpl"}

// unset are the keys that the chart leaves alone, and why. Secrets are not among
// them: the chart sets their twin, XZB_…_FILE.
var unset = map[string]string{
	"XZB_LOG_FORMAT": "the log of a pod is JSON: nobody looks at its terminal",
	"XZB_MEDIA_DIR":  "it is in the data folder, a volume",
}

var services = []string{"stream", "counter", "room", "signing"}

func TestTheChartSetsTheKeysThereAre(t *testing.T) {
	defined := definitions(t)
	for _, p := range []program.Program{gateway.Program(), stream.Program(), counter.Program(), room.Program(), signing.Program(), media.Program()} {
		component := p.Name
		of := defined[""] + defined["store"] + defined[component] + defined["rpc"]
		if component == "gateway" {
			of = defined[""] + defined[component] + defined["auth"] + defined["admin"] + defined["platform"] + defined["rpc"]
		}
		if component == "media" {
			of = defined[""] + defined[component]
		}
		files := defined["keyFiles"]
		if component == "gateway" {
			files = defined["platformFiles"]
		}
		set := variables(t, of, files)
		keys := keysOf(t, p)
		for name := range keys {
			if secret, isTwin := strings.CutSuffix(name, "_FILE"); isTwin && keys[secret] {
				continue
			}
			_, excepted := unset[name]
			switch there := set[name] || set[name+"_FILE"]; {
			case !there && !excepted:
				t.Errorf("%s has %s, which %s does not set", component, name, environment)
			case there && excepted:
				t.Errorf("%s sets %s: take it off the list of those it does not", environment, name)
			}
		}
		for name := range set {
			if !keys[name] {
				t.Errorf("%s sets %s for %s, which has no such key", environment, name, component)
			}
		}
	}
}

// definitions are the templates of the environment, by what follows their common name.
func definitions(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, file := range environment {
		for _, text := range strings.Split(read(t, file), `{{- define "xiaozhibo.`)[1:] {
			name, body, _ := strings.Cut(text, `"`)
			all[strings.TrimPrefix(strings.TrimPrefix(name, "env"), ".")] = body
		}
	}
	return all
}

// variables are the names of variables in a template; those with a part that is
// filled in are there with everything that it is filled with.
func variables(t *testing.T, template, keyFiles string) map[string]bool {
	t.Helper()
	set := map[string]bool{}
	for _, found := range regexp.MustCompile(`\bXZB_(\{\{.*?\}\})?([A-Z_]*[A-Z])`).FindAllStringSubmatch(template, -1) {
		filled := []string{""}
		if found[2] == "_ADDRS" {
			filled = services
		} else if found[1] != "" {
			filled = first(regexp.MustCompile(`"([a-z-]+)" \.\w`).FindAllStringSubmatch(keyFiles, -1))
		}
		for _, part := range filled {
			set["XZB_"+strings.ToUpper(strings.ReplaceAll(part, "-", "_"))+found[2]] = true
		}
	}
	if len(set) < 10 {
		t.Fatalf("found %d variables only", len(set))
	}
	return set
}

// keysOf are the keys that a program tells of itself.
func keysOf(t *testing.T, p program.Program) map[string]bool {
	t.Helper()
	var help strings.Builder
	if err := p.Run(t.Context(), []string{"-help"}, &help, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("%s -help: %v", p.Name, err)
	}
	keys := map[string]bool{}
	for _, name := range key.FindAllString(help.String(), -1) {
		keys[name] = true
	}
	return keys
}
