package program

import (
	"errors"
	"flag"
	"log/slog"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/rpc/credentials"
)

// settings configure every program, besides what its own Config does.
type settings struct {
	ListenOps     config.Address // "": nobody can probe or measure the process
	ListenAdmin   config.Address // "": there is none
	AdminSecret   config.Secret  // must be set with ListenAdmin
	LogLevel      slog.Level
	LogFormat     LogFormat
	ShutdownDelay time.Duration // 0 or more; for load balancers that still send while they are told
}

// RegisterFlags sets the defaults and names the keys.
func (s *settings) RegisterFlags(fs *flag.FlagSet) {
	s.ListenOps = ":9090"
	fs.Var(&s.ListenOps, "listen-ops", "address of /livez, /readyz, /metrics and, where signatures are made, /ledger, or off; keep it private")
	fs.Var(&s.ListenAdmin, "listen-admin", "address of what operators ask for with admin-secret, such as /backup, or off")
	config.SecretVar(fs, &s.AdminSecret, "admin-secret", "what listen-admin asks for as Authorization: Bearer, 16 characters at least; of two lines either is good")
	fs.TextVar(&s.LogLevel, "log-level", slog.LevelInfo, "debug, info, warn or error; debug shows what clients do wrong")
	s.LogFormat = LogAuto
	fs.Var(&s.LogFormat, "log-format", "json, text, or auto: text where standard error is a terminal, and JSON elsewhere")
	fs.DurationVar(&s.ShutdownDelay, "shutdown-delay", 0, "serve on, unready, for this time before stopping, so that load balancers notice")
}

// Check returns an error that names every bad key. It reads the secret, so that a file that
// is missing is told at the start, and not only when the first operator is refused.
func (s *settings) Check() error {
	var errs []error
	if s.ShutdownDelay < 0 {
		errs = append(errs, config.Errorf("shutdown_delay: %s is negative", s.ShutdownDelay))
	}
	if s.ListenAdmin != "" {
		_, err := credentials.NewSecret("admin_secret", s.AdminSecret, slog.New(slog.DiscardHandler))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
