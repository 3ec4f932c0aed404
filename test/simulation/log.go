package simulation

import (
	"context"
	"fmt"
	"log/slog"
)

// log is what a gateway writes into its log, as lines of the story.
type log struct {
	slog.Handler
	gateway *gateway
	service string // the one that this part of the log is about
}

func (g *gateway) log(service string) *slog.Logger {
	return slog.New(&log{slog.DiscardHandler, g, service})
}

// Enabled implements slog.Handler.
func (l *log) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle implements slog.Handler. Gateways write when they like; lines come into the
// story one at a time, as everything does.
func (l *log) Handle(_ context.Context, r slog.Record) error {
	w := l.gateway.world
	w.arrive(fmt.Sprintf("log %s %s %s", l.gateway.name, l.service, r.Message), func() {
		w.tell(nil, "%s: %s: %s", l.gateway.name, l.service, r.Message)
	})
	return nil
}
