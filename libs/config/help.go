package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"
)

// preface stands above the table of keys.
const preface = `Usage: %s [flags]

A value comes from its flag, else from the environment, else from the YAML file
(live_ttl there is -live-ttl here), else it is the default.

`

// printHelp writes the table of all keys, with their defaults, for people.
func printHelp(fs *flag.FlagSet) error {
	var text strings.Builder
	fmt.Fprintf(&text, preface, fs.Name())
	text.WriteString("FLAG\tENVIRONMENT\tDEFAULT\tMEANING\n")
	fs.VisitAll(func(f *flag.Flag) {
		env := "-"
		if !isBuiltin(f.Name) {
			env = envName(f.Name)
		}
		value := short(f.Value, f.DefValue)
		if value == "" {
			value = "-"
		}
		_, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(&text, "-%s\t%s\t%s\t%s\n", f.Name, env, value, usage)
	})
	table := tabwriter.NewWriter(fs.Output(), 0, 0, 2, ' ', 0)
	_, err := io.WriteString(table, text.String())
	if err = errors.Join(err, table.Flush()); err != nil {
		return fmt.Errorf("print help: %w", err)
	}
	return nil
}

// Changed lists the keys, spelt as in the file, whose values are not the
// defaults, for logs and debug pages. Secrets are masked.
func Changed(fs *flag.FlagSet) []slog.Attr {
	var changed []slog.Attr
	fs.VisitAll(func(f *flag.Flag) {
		if value := f.Value.String(); value != f.DefValue && !isBuiltin(f.Name) {
			changed = append(changed, slog.String(yamlKey(f.Name), short(f.Value, value)))
		}
	})
	return changed
}

// short writes durations as people do: 24h, where Go has 24h0m0s.
func short(value flag.Value, text string) string {
	getter, ok := value.(flag.Getter)
	if !ok {
		return text
	}
	if _, ok := getter.Get().(time.Duration); !ok {
		return text
	}
	if minutes, ok := strings.CutSuffix(text, "m0s"); ok {
		text = minutes + "m"
	}
	if hours, ok := strings.CutSuffix(text, "h0m"); ok {
		text = hours + "h"
	}
	return text
}
