// Package program is what the programs of the system have in common: their configuration is read
// and checked, they log, measure, answer probes, and end in order. The parts that a program adds
// to its process do its work.
//
// A main fills a Program and calls Main. Service makes the Program of one service from its
// contract. Runtime is what parts are handed while they are added: the process, the log, the
// meters, and places to add stores, sweepers and routes for operators. The package knows no
// service.
package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	goruntime "runtime"
	"strings"

	"xiaozhibo.dev/libs/admin"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/heap"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/ops"
	"xiaozhibo.dev/libs/telemetry"
)

// Version and Commit are set when a program is built, by the linker's -X.
var (
	Version = "dev"
	Commit  = "unknown" // of Git
)

// Config is the configuration of a program or of a part of it.
type Config interface {
	// RegisterFlags sets the defaults and names the keys.
	RegisterFlags(fs *flag.FlagSet)
	// Check returns an error that names every bad key.
	Check() error
}

// Program is one program of the system. It runs once.
type Program struct {
	Name   string
	Config Config
	// Add adds the parts to the process, in the order they start in. Config has
	// been read and checked.
	Add func(runtime *Runtime) error
	// Commands are what the program does instead.
	Commands []Command
	// Whole: no other program of the system runs beside it, so lines for people do not
	// say whose they are.
	Whole bool
}

// Runtime is a program while it runs: the process to which parts are added, and
// what these are handed.
type Runtime struct {
	*lifecycle.Process
	*telemetry.Telemetry
	Name   string
	Log    *slog.Logger
	Stdout io.Writer

	routes []ops.Route
	admin  admin.Routes
	stores map[string]io.Closer
}

// Main is all of a program's main. It does not return: the process ends with 0, 1 if the program
// failed, or 2 if it was called in a wrong way.
func (p Program) Main() {
	heap.Tune()
	lifecycle.Main(p.Run)
}

// Run does what the arguments ask for: it runs the process until ctx ends, or a
// command, or tells the version, the keys, or what is wrong with the configuration.
func (p Program) Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	called, err := p.read(args, stdout)
	if err != nil {
		return err
	}
	if called.options.Version {
		_, err := fmt.Fprintf(stdout, "%s %s (commit %s, %s)\n", p.Name, Version, Commit, goruntime.Version())
		return err
	}
	if err := errors.Join(called.base.Check(), p.Config.Check()); err != nil {
		return err
	}
	if called.options.Verify {
		return verified(called.unknown, stdout, stderr)
	}
	level := called.base.LogLevel
	if !called.runs() {
		level = max(level, slog.LevelWarn) // what a command has to say is its result
	}
	log := p.log(stderr, called.base.LogFormat, level)
	if len(called.unknown) > 0 {
		log.Warn("environment variables that this program does not have", "names", called.unknown)
	}
	if !called.runs() {
		return called.carryOut(ctx, Invocation{Stdout: stdout, Stderr: stderr, Log: log})
	}
	changed := config.Changed(called.flags)
	log.LogAttrs(ctx, slog.LevelInfo, "configuration", changed...)
	return p.live(ctx, called.base, changed, stdout, log)
}

// verified tells that a configuration is good, and what is odd about it.
func verified(unknown []string, stdout, stderr io.Writer) error {
	if len(unknown) > 0 {
		if _, err := fmt.Fprintln(stderr, "warning: this program does not have", strings.Join(unknown, " ")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(stdout, "the configuration is good")
	return err
}

// live runs the process from its first part to the end of its last.
func (p Program) live(ctx context.Context, base settings, changed []slog.Attr, stdout io.Writer, log *slog.Logger) error {
	measured, err := telemetry.New(ctx, p.Name, Version, log)
	if err != nil {
		return err
	}
	runtime := &Runtime{
		Process:   lifecycle.New(lifecycle.Options{ShutdownDelay: base.ShutdownDelay}, log),
		Telemetry: measured,
		Name:      p.Name,
		Log:       log,
		Stdout:    stdout,
		stores:    map[string]io.Closer{},
	}
	runtime.Add(lifecycle.Part{Name: "telemetry", Stop: measured.Close})
	if base.ListenOps != "" {
		runtime.addOps(string(base.ListenOps))
	}
	if err := p.Add(runtime); err != nil {
		return errors.Join(err, runtime.Abandon(context.WithoutCancel(ctx)))
	}
	if base.ListenAdmin != "" {
		runtime.AddAdmin("GET /api/process", runtime.about(changed))
		runtime.AddAdmin("GET /api/metrics", runtime.Handler())
		if err := runtime.addAdmin(string(base.ListenAdmin), base.AdminSecret); err != nil {
			return errors.Join(err, runtime.Abandon(context.WithoutCancel(ctx)))
		}
	}
	return runtime.Run(ctx)
}
