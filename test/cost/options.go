package main

import (
	"errors"
	"flag"
	"io"
	"os/exec"
	"regexp"
	"time"

	"xiaozhibo.dev/libs/config"
)

// options are what the command line asks for.
type options struct {
	bin         string // folder of the programs
	dir         string // where data is kept while it runs
	match       *regexp.Regexp
	rounds      int
	length      time.Duration
	connections int
	serverCores string
	clientCores string
	https       bool
	split       bool
	port        int
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("cost", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.bin, "bin", "bin", "folder of the programs that make build made")
	flags.StringVar(&o.dir, "dir", "data", "folder for the data while it runs; its disk is what durable writes wait for")
	match := flags.String("actions", ".", "regular expression: which rows of the table")
	flags.IntVar(&o.rounds, "rounds", 5, "rounds of each row; in each both are measured once")
	flags.DurationVar(&o.length, "length", 1500*time.Millisecond, "how long one measurement lasts, at least 500ms")
	flags.IntVar(&o.connections, "connections", 128, "connections that wrk keeps busy")
	flags.StringVar(&o.serverCores, "server-cores", "0", "cores of the server, as taskset takes them: 0, 0,1 or 0-3")
	flags.StringVar(&o.clientCores, "client-cores", "1", "cores of wrk")
	flags.BoolVar(&o.https, "https", false, "over TLS, on both sides")
	flags.BoolVar(&o.split, "split", false, "five programs on a redis-server, processor time of each")
	flags.IntVar(&o.port, "port", 28080, "the first of 16 free ports on 127.0.0.1")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, config.Errorf("%w", err)
	}
	if o.match, err = regexp.Compile(*match); err != nil {
		return o, config.Errorf("-actions: %w", err)
	}
	if flags.NArg() > 0 || o.rounds < 1 || o.length < 500*time.Millisecond || o.connections < 1 {
		return o, config.Errorf("usage: cost [flags]; -rounds and -connections are 1 or more, -length is 500ms or more")
	}
	return o, o.needs()
}

// needs tells which tool is not on this machine and how to install it.
func (o options) needs() error {
	tools := map[string]string{
		"wrk":     "install Debian's or Homebrew's package wrk, or build https://github.com/wg/wrk",
		"taskset": "install Debian's package util-linux; macOS has nothing like it",
	}
	if o.split {
		tools["redis-server"] = "install Debian's package redis-server, or Redis or Valkey from elsewhere"
	}
	for tool, install := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			return config.Errorf("no %s on the PATH: %s", tool, install)
		}
	}
	return nil
}
