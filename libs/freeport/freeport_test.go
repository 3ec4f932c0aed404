package freeport_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/freeport"
)

// takesVariable makes this test binary take ports, tell them, and wait for the end of its input.
const takesVariable = "FREEPORT_TEST_TAKES"

const each = 200

func TestMain(m *testing.M) {
	if os.Getenv(takesVariable) == "" {
		m.Run()
		return
	}
	for range each {
		port, err := freeport.Take(context.Background())
		fmt.Fprintln(os.Stdout, port, err)
	}
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
}

func TestNoTwoProcessesTakeOnePort(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string]bool{}
	var scanners []*bufio.Scanner
	for range 20 {
		other := exec.CommandContext(t.Context(), self)
		other.Env = append(os.Environ(), takesVariable+"=1")
		input, err := other.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		output, err := other.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Start(); err != nil {
			t.Fatal(err)
		}
		scanners = append(scanners, bufio.NewScanner(output))
		t.Cleanup(func() {
			_ = input.Close()
			_ = other.Wait() // killed with the test's context: it has told what it had to
		})
	}
	for _, scanner := range scanners { // all processes live until the last has told its ports
		for range each {
			if !scanner.Scan() || taken[scanner.Text()] || !strings.HasSuffix(scanner.Text(), " <nil>") {
				t.Fatalf("%q is taken twice, or no port", scanner.Text())
			}
			taken[scanner.Text()] = true
		}
	}
}
