package config

import (
	"flag"
	"slices"
	"strings"
)

// envLayer reads the environment; unknown names the variables with our prefix
// that no flag stands for. A variable that is set but empty gives an empty text.
func envLayer(fs *flag.FlagSet, environ []string) (given layer, unknown []string) {
	flags := names(fs, envName)
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		if flagName, known := flags[name]; known {
			given = append(given, setting{flag: flagName, text: text, source: "environment " + name})
		} else {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return given, unknown
}

// names maps another spelling of each flag's name to the name.
func names(fs *flag.FlagSet, spell func(flagName string) string) map[string]string {
	flags := make(map[string]string)
	fs.VisitAll(func(f *flag.Flag) {
		if !isBuiltin(f.Name) {
			flags[spell(f.Name)] = f.Name
		}
	})
	return flags
}
