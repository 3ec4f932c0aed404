package verify_test

import (
	"bytes"
	"context"
	"os/exec"
	"regexp"
	"slices"
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

// configKey is a key as the programs tell of it.
type configKey struct {
	flag     string   // live-ttl
	name     string   // XZB_LIVE_TTL
	standard string   // the default; "-" for none
	meaning  string   // what -help says
	values   string   // what it takes, in English
	secret   bool     // it has a twin that names a file
	programs []string // that read it, in the order of programNames
}

// programNames are all programs: the one with everything, and those of one component each.
var programNames = []string{"xiaozhibo", "gateway", "stream", "counter", "room", "signing", "media"}

var helpLine = regexp.MustCompile(`(?m)^-(\S+) +(XZB_\w+) +(\S+) +(.+)$`)

// run starts a program with arguments and returns what it writes, and its error. Only
// arguments count, no variables.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	if name == "xiaozhibo" {
		command := exec.CommandContext(t.Context(), built(t), args...)
		command.Env = []string{}
		out, _ := command.CombinedOutput() // a bad configuration is an answer, too
		return string(out)
	}
	programs := map[string]func() program.Program{
		"gateway": gateway.Program, "stream": stream.Program, "counter": counter.Program, "room": room.Program, "signing": signing.Program,
		"media": media.Program,
	}
	var out bytes.Buffer
	if err := programs[name]().Run(context.WithoutCancel(t.Context()), args, &out, &out); err != nil {
		out.WriteString(err.Error() + "\n")
	}
	return out.String()
}

// configKeys are the keys of all programs, by name of the variable. The twins of secrets are not among them.
func configKeys(t *testing.T) (keys []configKey) {
	t.Helper()
	byName := map[string]*configKey{}
	for _, program := range programNames {
		for _, line := range helpLine.FindAllStringSubmatch(run(t, program, "-help"), -1) {
			one := byName[line[2]]
			if one == nil {
				one = &configKey{flag: line[1], name: line[2], standard: line[3], meaning: strings.TrimSpace(line[4])}
				byName[line[2]] = one
			}
			one.programs = append(one.programs, program)
		}
	}
	for name, one := range byName {
		secret, isTwin := strings.CutSuffix(name, "_FILE")
		if isTwin && byName[secret] != nil {
			continue
		}
		one.secret = byName[name+"_FILE"] != nil
		one.values = valuesOf(t, *one)
		keys = append(keys, *one)
	}
	if len(keys) < 50 {
		t.Fatalf("found %d keys only", len(keys))
	}
	slices.SortFunc(keys, func(a, b configKey) int { return strings.Compare(a.name, b.name) })
	return keys
}

// complaint is how a program says what a key takes.
var complaint = regexp.MustCompile(`(?:must be:?|is not|is none of|is no|is neither) (.+)$`)

// valuesOf asks a program what a key takes, by giving it what is wrong.
func valuesOf(t *testing.T, key configKey) string {
	t.Helper()
	said := ""
	if found := complaint.FindStringSubmatch(refusal(t, key, "?")); found != nil {
		said, _, _ = strings.Cut(strings.Replace(found[1], " nor ", " or ", 1), ";")
		said = strings.TrimPrefix(said, "of the form ")
	}
	switch {
	case key.secret:
		return "secret"
	case strings.HasPrefix(said, "a duration"):
		said = "a duration"
	case strings.HasSuffix(key.flag, "-file"):
		return "file"
	case strings.HasSuffix(key.flag, "-dir"):
		return "folder"
	case said == "", strings.HasPrefix(said, "set"): // or it is judged by other keys
		return "text"
	}
	if said != "a duration" && !strings.HasSuffix(said, " number") {
		return said
	}
	unit := ""
	if said == "a duration" {
		unit = "s"
	}
	if bounds := complaint.FindStringSubmatch(refusal(t, key, "2000000000"+unit)); bounds != nil {
		return said + ", " + bounds[1]
	}
	switch {
	case refusal(t, key, "0"+unit) != "":
		return said + ", more than 0"
	case refusal(t, key, "-1"+unit) != "":
		return said + ", 0 or more"
	}
	return said
}

// refusal is what a program says against a value of a key, or nothing.
func refusal(t *testing.T, key configKey, value string) string {
	t.Helper()
	args := []string{"-config.verify", "-" + key.flag + "=" + value}
	if slices.Contains(key.programs, "signing") && !slices.Contains([]string{"store", "data-dir"}, key.flag) {
		args = slices.Insert(args, 1, "-store=redis", "-redis-addrs=localhost:6379")
	}
	program := key.programs[len(key.programs)-1]
	file := strings.ReplaceAll(key.flag, "-", "_")
	for line := range strings.Lines(run(t, program, args...)) {
		if line = strings.TrimSpace(line); strings.Contains(line, file+": ") || strings.Contains(line, "flag -"+key.flag+": ") {
			return line
		}
	}
	return ""
}
