package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed wrk.lua
var script []byte

// load is what wrk says about a run of its own.
type load struct {
	Requests int
	Bytes    int
	Connect, Read, Write,
	Status, // answered with an HTTP status over 399
	Timeout int
}

// failed returns an error unless every request was answered.
func (l load) failed() error {
	if l.Connect+l.Read+l.Write+l.Status+l.Timeout > 0 || l.Requests == 0 {
		return fmt.Errorf("wrk: not every request was answered: %+v", l)
	}
	return nil
}

// generator runs wrk.
type generator struct {
	folder      string
	cores       string
	connections int
}

// newGenerator keeps its script in folder.
func newGenerator(folder string, o options) (generator, error) {
	g := generator{folder: folder, cores: o.clientCores, connections: o.connections}
	if err := os.WriteFile(g.path("wrk.lua"), script, 0o600); err != nil {
		return g, fmt.Errorf("write the script of wrk: %w", err)
	}
	return g, nil
}

func (g generator) path(name string) string { return filepath.Join(g.folder, name) }

// prepare keeps the bodies where run finds them.
func (g generator) prepare(bodies []string) error {
	if err := os.WriteFile(g.path("bodies"), []byte(strings.Join(bodies, "\n")), 0o600); err != nil {
		return fmt.Errorf("write the bodies for wrk: %w", err)
	}
	return nil
}

// run keeps all connections busy for a time. wrk counts in whole seconds, so it is
// told to go on for longer and is interrupted, on which it says what it has done.
func (g generator) run(ctx context.Context, url string, length time.Duration) (load, error) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	cmd := exec.CommandContext(ctx, "taskset", "-c", g.cores, "wrk", "-t1", "-c"+strconv.Itoa(g.connections), "-d60s", "--timeout", "10s",
		"-s", g.path("wrk.lua"), url, "--", g.path("bodies"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	_ = cmd.Run() // interrupted, as it must be: whether it went well is in what it said
	return parseLoad(said.Bytes())
}

// parseLoad finds the line of the script in what wrk prints.
func parseLoad(said []byte) (l load, err error) {
	_, line, found := bytes.Cut(said, []byte("\ndone "))
	line, _, _ = bytes.Cut(line, []byte("\n"))
	if !found {
		return l, fmt.Errorf("wrk: %.500s", said)
	}
	if err := json.Unmarshal(line, &l); err != nil {
		return l, fmt.Errorf("wrk: %.500s: %w", line, err)
	}
	return l, l.failed()
}
