// Package setup puts the stream service together, with its store, in a process of
// its own or in one that it shares.
package setup

import (
	"errors"
	"flag"
	"io"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/stream"
	"xiaozhibo.dev/services/stream/boltstore"
	"xiaozhibo.dev/services/stream/redisstore"
)

// Config is the configuration of the service and of its store.
type Config struct {
	Store  store.Config
	Stream stream.Config
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.Store.RegisterFlags(fs)
	c.Stream.RegisterFlags(fs)
}

// Check returns an error that names every bad key.
func (c *Config) Check() error { return errors.Join(c.Store.Check(), c.Stream.Check()) }

// Program returns the service as a process of its own, with its commands: check, backup
// and restore.
func Program() program.Program {
	var config Config
	add := func(runtime *program.Runtime) (streams.Service, error) {
		if config.Stream.ListRequiresPush {
			runtime.Log.Info("rooms are listed by events of the live platform alone: the signing service needs callback_key, or callback_unsigned, to believe any")
		}
		return Add(runtime, config)
	}
	return store.Service(&config, &config.Store, Kept(&config.Stream), add, streams.Methods)
}

// Add adds the service to a process, with its store, which the process closes, and its
// sweeper. It does not serve it to others: that is up to the process.
func Add(runtime *program.Runtime, config Config) (_ streams.Service, err error) {
	if config.Stream.Sessions, err = stream.NewSessions(runtime.Meter("stream")); err != nil {
		return nil, err
	}
	kept, err := open(runtime, config)
	if err != nil {
		return nil, err
	}
	service := stream.New(config.Stream, kept)
	runtime.AddSweeper("stream", service.Sweep)
	return service, nil
}

// closer is what both stores are: the service's store, with a Close.
type closer interface {
	stream.Store
	io.Closer
}

// open opens the store that the configuration names: a bbolt file, or Redis.
func open(runtime *program.Runtime, config Config) (closer, error) {
	return store.Open(runtime, &config.Store, "stream",
		func(path string) (closer, error) {
			return boltstore.Open(path, config.Stream, time.Now, runtime.Meter("store"), runtime.Log)
		},
		func(db *redisdb.DB) closer { return redisstore.New(db, config.Stream) },
		Stored().Migrations...)
}
