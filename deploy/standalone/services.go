package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"xiaozhibo.dev/gateway"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/services/counter"
	counterbolt "xiaozhibo.dev/services/counter/boltstore"
	"xiaozhibo.dev/services/room"
	roombolt "xiaozhibo.dev/services/room/boltstore"
	"xiaozhibo.dev/services/signing"
	signingbolt "xiaozhibo.dev/services/signing/boltstore"
	"xiaozhibo.dev/services/stream"
	streambolt "xiaozhibo.dev/services/stream/boltstore"
)

// sweepInterval is how soon what has expired is freed. Nothing is shown for
// longer than its time, whatever this is.
const sweepInterval = 2 * time.Second

// addServices opens the four stores and adds the services on them.
func addServices(process *lifecycle.Process, cfg *Config, log *slog.Logger) (services gateway.Services, err error) {
	var opened []func() error
	defer func() {
		if err != nil {
			for _, shut := range opened {
				err = errors.Join(err, shut())
			}
		}
	}()
	add := func(name string, shut func() error, sweep func(context.Context) error) {
		opened = append(opened, shut)
		process.Add(lifecycle.Part{Name: name, Stop: func(context.Context) error { return shut() }})
		if sweep != nil { // a part of its own: it ends before its store does
			process.Add(lifecycle.Part{Name: name + " sweeper", Run: sweeper(name, sweep, log)})
		}
	}
	path := func(name string) string { return filepath.Join(cfg.DataDir, name+".db") }

	streams, err := streambolt.Open(path("stream"), cfg.Stream, time.Now)
	if err != nil {
		return services, err
	}
	streamService := stream.New(cfg.Stream, streams)
	add("stream", streams.Close, streamService.Sweep)

	counters, err := counterbolt.Open(path("counter"), time.Now)
	if err != nil {
		return services, err
	}
	add("counter", counters.Close, nil)

	rooms, err := roombolt.Open(path("room"), cfg.Room, time.Now)
	if err != nil {
		return services, err
	}
	roomService := room.New(rooms)
	add("room", rooms.Close, roomService.Sweep)

	ledger, err := signingbolt.Open(path("signing"))
	if err != nil {
		return services, err
	}
	signingService, err := signing.New(cfg.Signing, ledger, time.Now, log)
	if err != nil {
		return services, errors.Join(err, ledger.Close())
	}
	add("signing", ledger.Close, signingService.Sweep)

	return gateway.Services{
		Stream:  streamService,
		Counter: counter.New(counters),
		Room:    roomService,
		Signing: signingService,
	}, nil
}

func sweeper(name string, sweep func(context.Context) error, log *slog.Logger) func(context.Context) error {
	return lifecycle.Every(sweepInterval, log, func(ctx context.Context) {
		if err := sweep(ctx); err != nil && ctx.Err() == nil {
			log.Error("sweep failed", "service", name, "err", err)
		}
	})
}
