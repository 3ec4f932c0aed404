package program_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"testing"

	"xiaozhibo.dev/libs/program"
)

// logs are the lines that a running program logs.
type logs chan []byte

// listening runs a program until ctx ends; ended gets what it returned.
func listening(ctx context.Context, p program.Program, args ...string) (lines logs, ended <-chan error) {
	reader, writer := io.Pipe()
	lines, done := make(logs, 1000), make(chan error, 1)
	go func() {
		scanner := bufio.NewScanner(reader)
		for scanner.Scan() {
			lines <- append([]byte(nil), scanner.Bytes()...)
		}
		close(lines)
	}()
	go func() {
		err := p.Run(ctx, args, io.Discard, writer)
		writer.Close()
		done <- err
	}()
	return lines, done
}

// addresses waits until the program is ready and returns its listeners.
func (l logs) addresses(t *testing.T) map[string]string {
	t.Helper()
	addresses := map[string]string{}
	for text := range l {
		var line struct{ Msg, Listener, Address string }
		if err := json.Unmarshal(text, &line); err != nil {
			t.Fatalf("log line %q: %v", text, err)
		}
		if line.Msg == "listening" {
			addresses[line.Listener] = line.Address
		}
		if line.Msg == "ready" {
			return addresses
		}
	}
	t.Fatal("the program ended before it was ready")
	return nil
}
