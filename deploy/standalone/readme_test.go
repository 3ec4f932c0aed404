package main

import (
	"errors"
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	gateway "xiaozhibo.dev/gateway/setup"
	"xiaozhibo.dev/libs/program"
	counter "xiaozhibo.dev/services/counter/setup"
	room "xiaozhibo.dev/services/room/setup"
	signing "xiaozhibo.dev/services/signing/setup"
	stream "xiaozhibo.dev/services/stream/setup"
)

var programs = []program.Program{
	standalone(), gateway.Program(), stream.Program(), counter.Program(), room.Program(), signing.Program(),
}

func TestBothREADMEsNameExactlyTheKeysThereAre(t *testing.T) {
	keys := map[string]bool{}
	for _, p := range programs {
		for key := range keysOf(t, p) {
			keys[key] = true
		}
	}
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

// keysOf are the keys that a program tells of itself, without the twins of
// secrets, which are described once for all.
func keysOf(t *testing.T, p program.Program) map[string]bool {
	t.Helper()
	var help strings.Builder
	if err := p.Run(t.Context(), []string{"-help"}, &help, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("%s -help: %v", p.Name, err)
	}
	keys := map[string]bool{}
	for _, key := range regexp.MustCompile(`XZB_[A-Z_]+`).FindAllString(help.String(), -1) {
		keys[key] = true
	}
	for key := range keys {
		if keys[key+"_FILE"] {
			delete(keys, key+"_FILE")
		}
	}
	return keys
}
