package main

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestBothREADMEsNameExactlyTheKeysThereAre(t *testing.T) {
	var cfg Config
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	cfg.RegisterFlags(flags)
	keys := map[string]bool{}
	flags.VisitAll(func(f *flag.Flag) {
		key := "XZB_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		twin, isFile := strings.CutSuffix(f.Name, "-file")
		if isFile && flags.Lookup(twin) != nil {
			return // the twin of a secret, described once for all
		}
		keys[key] = true
	})
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]bool{}
		for _, key := range regexp.MustCompile("`(XZB_[A-Z_]+)`").FindAllStringSubmatch(string(text), -1) {
			named[key[1]] = true
		}
		for key := range keys {
			if !named[key] {
				t.Errorf("%s does not name %s", name, key)
			}
		}
		for key := range named {
			if !keys[key] {
				t.Errorf("%s names %s, which is no key", name, key)
			}
		}
	}
}
