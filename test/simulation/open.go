package simulation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/counter"
	counterbolt "xiaozhibo.dev/services/counter/boltstore"
	counterredis "xiaozhibo.dev/services/counter/redisstore"
	"xiaozhibo.dev/services/room"
	roombolt "xiaozhibo.dev/services/room/boltstore"
	roomredis "xiaozhibo.dev/services/room/redisstore"
	"xiaozhibo.dev/services/signing"
	signingbolt "xiaozhibo.dev/services/signing/boltstore"
	signingredis "xiaozhibo.dev/services/signing/redisstore"
	"xiaozhibo.dev/services/stream"
	streambolt "xiaozhibo.dev/services/stream/boltstore"
	streamredis "xiaozhibo.dev/services/stream/redisstore"
)

// Each store below is opened in the file of its server, or in the Redis that all
// share; p.shut closes it.

func (p *process) openStream() (stream.Store, error) {
	config := p.world.settings.stream
	if p.world.options.Redis == "" {
		return opened(p, func() (*streambolt.Store, error) {
			return streambolt.Open(p.path, config, p.clock(), nil, slog.New(slog.DiscardHandler))
		})
	}
	return shared(p, func(db *redisdb.DB) *streamredis.Store { return streamredis.New(db, config) })
}

func (p *process) openRoom() (room.Store, error) {
	config := p.world.settings.room
	if p.world.options.Redis == "" {
		return opened(p, func() (*roombolt.Store, error) {
			return roombolt.Open(p.path, config, p.clock(), nil, slog.New(slog.DiscardHandler))
		})
	}
	return shared(p, func(db *redisdb.DB) *roomredis.Store { return roomredis.New(db, config) })
}

func (p *process) openCounter() (counter.Store, error) {
	if p.world.options.Redis == "" {
		return opened(p, func() (*counterbolt.Store, error) { return counterbolt.Open(p.path, p.clock(), nil) })
	}
	return shared(p, counterredis.New)
}

func (p *process) openLedger() (signing.Ledger, error) {
	if p.world.options.Redis == "" {
		return opened(p, func() (*signingbolt.Ledger, error) { return signingbolt.Open(p.path, nil) })
	}
	return shared(p, signingredis.New)
}

type closer interface{ Close() error }

func opened[S closer](p *process, open func() (S, error)) (store S, err error) {
	if store, err = open(); err == nil {
		p.shut = store.Close
	}
	return store, err
}

// shared opens a store in Redis, with connections of its own. They are real ones
// to a server outside: virtual time stands still until it has answered.
func shared[S closer](p *process, open func(*redisdb.DB) S) (store S, err error) {
	config := redisdb.Config{Addrs: []string{p.world.options.Redis}, Prefix: fmt.Sprintf("run%d:", p.world.seed)}
	db, err := redisdb.New(config, redisdb.Options{
		Name: p.name, Now: p.clock(), Meter: noop.Meter{}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return store, err
	}
	if err := db.Connect(context.Background()); err != nil {
		return store, errors.Join(err, db.Close())
	}
	store = open(db)
	p.shut = func() error { return errors.Join(store.Close(), db.Close()) }
	return store, nil
}
