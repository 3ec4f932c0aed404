package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"xiaozhibo.dev/gateway"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/ops"
	"xiaozhibo.dev/libs/telemetry"
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var cfg Config
	flags := flag.NewFlagSet("xiaozhibo", flag.ContinueOnError)
	flags.SetOutput(stdout)
	cfg.RegisterFlags(flags)
	options, warnings, err := config.Load(flags, args, os.Environ())
	if err != nil {
		return err
	}
	if options.Version {
		_, err := fmt.Fprintln(stdout, "xiaozhibo", version)
		return err
	}
	if err := cfg.Check(); err != nil {
		return err
	}
	if options.Verify {
		for _, warning := range warnings {
			if _, err := fmt.Fprintln(stderr, "warning:", warning); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintln(stdout, "the configuration is good")
		return err
	}

	log := slog.New(slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))
	for _, warning := range warnings {
		log.Warn("configuration", "warning", warning)
	}
	log.LogAttrs(ctx, slog.LevelInfo, "configuration", config.Changed(flags)...)
	process := lifecycle.New(lifecycle.Options{ShutdownDelay: cfg.ShutdownDelay}, log)
	if err := assemble(process, &cfg, log); err != nil {
		return err
	}
	if cfg.Hints {
		process.Add(lifecycle.Part{Name: "hints", Start: func(context.Context) error { return hint(stdout, &cfg) }})
	}
	return process.Run(ctx)
}

// assemble adds every part to the process, in the order they start in.
func assemble(process *lifecycle.Process, cfg *Config, log *slog.Logger) error {
	measured, err := telemetry.New(version)
	if err != nil {
		return err
	}
	process.Add(lifecycle.Part{Name: "telemetry", Stop: measured.Close})
	if cfg.ListenOps != "" {
		addOps(process, string(cfg.ListenOps), measured, log)
	}
	services, err := addServices(process, cfg, log)
	if err != nil {
		return err
	}
	return gateway.Add(process, cfg.Gateway, services, measured.Meter("gateway"), log)
}

func addOps(process *lifecycle.Process, address string, measured *telemetry.Telemetry, log *slog.Logger) {
	var server *ops.Server
	process.Add(lifecycle.Part{
		Name: "ops",
		Start: func(ctx context.Context) (err error) {
			server, err = ops.Listen(ctx, address, process.Health(), measured.Handler(), log)
			return err
		},
		Run:  func(context.Context) error { return server.Serve() },
		Stop: func(ctx context.Context) error { return server.Shutdown(ctx) },
	})
}
