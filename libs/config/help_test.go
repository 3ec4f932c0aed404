package config_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"

	"xiaozhibo.dev/libs/config"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestHelpIsATableOfAllKeys(t *testing.T) {
	const golden = "testdata/help.golden"
	for _, arg := range []string{"-help", "-h", "--help"} {
		var printed bytes.Buffer
		fs := flag.NewFlagSet("room", flag.ContinueOnError)
		fs.SetOutput(&printed)
		new(settings).RegisterFlags(fs)
		_, _, err := config.Load(fs, []string{"-limit=3", arg}, []string{"XZB_PUSH_KEY=hunter2"})
		if !errors.Is(err, flag.ErrHelp) {
			t.Fatalf("error is %v", err)
		}
		if *update {
			if err := os.WriteFile(golden, printed.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(printed.Bytes(), want) {
			t.Errorf("%s printed\n%s\nwant\n%s", arg, printed.Bytes(), want)
		}
	}
}

func TestChangedListsWhatDiffersWithSecretsMasked(t *testing.T) {
	fs := flag.NewFlagSet("room", flag.ContinueOnError)
	new(settings).RegisterFlags(fs)
	_, _, err := config.Load(fs,
		[]string{"-live-ttl=2h", "-limit=10", "-cors-origins=a, b", "-config", write(t, "title: untitled")},
		[]string{"XZB_PUSH_KEY=hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	want := "[cors_origins=a,b live_ttl=2h push_key=***]"
	if got := fmt.Sprint(config.Changed(fs)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
