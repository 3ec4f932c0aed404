package main

import (
	"errors"
	"flag"
	"log/slog"
	"time"

	"xiaozhibo.dev/gateway"
	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/stream"
)

// Config is everything there is to configure.
type Config struct {
	ListenOps     config.Address
	Store         string
	DataDir       string
	LogLevel      slog.Level
	ShutdownDelay time.Duration
	Hints         bool // print what to try first

	Gateway gateway.Config
	Stream  stream.Config
	Room    room.Config
	Signing signing.Config
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.Gateway.RegisterFlags(fs)
	c.ListenOps = ":9090"
	fs.Var(&c.ListenOps, "listen-ops", "address of /livez, /readyz and /metrics, or off")
	fs.StringVar(&c.Store, "store", "bbolt", "where data is kept: bbolt")
	fs.StringVar(&c.DataDir, "data-dir", "./data", "folder of the bbolt files, one per service")
	fs.TextVar(&c.LogLevel, "log-level", slog.LevelInfo, "debug, info, warn or error")
	fs.DurationVar(&c.ShutdownDelay, "shutdown-delay", 0, "serve on, unready, for this time before stopping, so that load balancers notice")
	fs.BoolVar(&c.Hints, "hints", false, "print the address and two requests to try")
	c.Stream.RegisterFlags(fs)
	c.Room.RegisterFlags(fs)
	c.Signing.RegisterFlags(fs)
}

// Check returns an error that names every bad key.
func (c *Config) Check() error {
	var errs []error
	if c.Store != "bbolt" {
		errs = append(errs, config.Errorf("store: %q is not bbolt, the one store this program has", c.Store))
	}
	if c.DataDir == "" {
		errs = append(errs, config.Errorf("data_dir: must be set"))
	}
	if c.ShutdownDelay < 0 {
		errs = append(errs, config.Errorf("shutdown_delay: %s is negative", c.ShutdownDelay))
	}
	return errors.Join(append(errs, c.Gateway.Check(), c.Stream.Check(), c.Room.Check(), c.Signing.Check())...)
}
