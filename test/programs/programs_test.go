package programs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"xiaozhibo.dev/test/programs"
)

func TestProcessorTimeIsReadFromAfterTheName(t *testing.T) {
	const stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 730 27 5 6 20 0 9 0 100 1000 10 18446744073709551615"
	if got, err := programs.ParseStat(stat); err != nil || got != 7570*time.Millisecond {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "42 (x) S 1 2", strings.Replace(stat, "730", "x", 1)} {
		if _, err := programs.ParseStat(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestMemoryIsReadFromItsTwoLines(t *testing.T) {
	const status = "Name:\tx\nVmHWM:\t   900 kB\nVmRSS:\t   640 kB\nRssAnon:\t     512 kB\nRssFile:\t 128 kB\n"
	if got, err := programs.ParseStatus(status); err != nil || got != (programs.Memory{Resident: 640 << 10, Anonymous: 512 << 10}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"", strings.Replace(status, "VmRSS", "x", 1), strings.Replace(status, "512", "many", 1)} {
		if got, err := programs.ParseStatus(bad); err == nil {
			t.Errorf("%q is taken as %+v", bad, got)
		}
	}
}

func TestAProgramHasTimeAndMemoryUntilItIsStopped(t *testing.T) {
	b := programs.Builder{}
	var s programs.Server
	ready := func(context.Context) error { return nil }
	if err := b.Launch(t.Context(), &s, "sleep", nil, ready, "sleep", "60"); err != nil {
		t.Fatal(err)
	}
	memory, err := s.Memory()
	if err != nil || len(memory) != 1 || memory[0].Resident <= 0 || memory[0].Anonymous > memory[0].Resident {
		t.Errorf("memory %+v, %v", memory, err)
	}
	if spent, err := s.Spent(); err != nil || len(spent) != 1 || spent[0] < 0 || spent[0] > time.Second {
		t.Errorf("spent %v, %v", spent, err)
	}
	if err := s.Stop(); err == nil || !strings.Contains(err.Error(), "sleep ended with signal: terminated") {
		t.Errorf("stop: %v", err)
	}
	if _, err := s.Spent(); err == nil {
		t.Error("time of a program that has ended")
	}
}

func TestAProgramThatEndsBeforeItIsReadyIsToldWithWhatItSaid(t *testing.T) {
	b := programs.Builder{Settings: []string{"UNUSED=1"}}
	var s programs.Server
	never := errors.New("nobody listens")
	err := b.Launch(t.Context(), &s, "sh", nil, func(context.Context) error { return never }, "sh", "-c", "echo no key; exit 3")
	if !errors.Is(err, never) || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "no key") {
		t.Errorf("got %v", err)
	}
}
