package program

import (
	"flag"
	"log/slog"
	"time"

	"xiaozhibo.dev/libs/config"
)

// settings configure every program.
type settings struct {
	ListenOps     config.Address
	LogLevel      slog.Level
	ShutdownDelay time.Duration
}

func (s *settings) RegisterFlags(fs *flag.FlagSet) {
	s.ListenOps = ":9090"
	fs.Var(&s.ListenOps, "listen-ops", "address of /livez, /readyz, /metrics and, where signatures are made, /ledger, or off; keep it private")
	fs.TextVar(&s.LogLevel, "log-level", slog.LevelInfo, "debug, info, warn or error; debug shows what clients do wrong")
	fs.DurationVar(&s.ShutdownDelay, "shutdown-delay", 0, "serve on, unready, for this time before stopping, so that load balancers notice")
}

func (s *settings) Check() error {
	if s.ShutdownDelay < 0 {
		return config.Errorf("shutdown_delay: %s is negative", s.ShutdownDelay)
	}
	return nil
}
