// Package setup puts the counter service together, with its store, in a process of
// its own or in one that it shares.
package setup

import (
	"flag"
	"io"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/counter"
	"xiaozhibo.dev/services/counter/boltstore"
	"xiaozhibo.dev/services/counter/redisstore"
)

// Config is the configuration of the service and of its store. The service itself has no
// keys.
type Config struct {
	Store store.Config
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.Store.RegisterFlags(fs)
}

// Check returns an error that names every bad key.
func (c *Config) Check() error { return c.Store.Check() }

// Program returns the service as a process of its own, with its commands: check, backup
// and restore.
func Program() program.Program {
	var config Config
	add := func(runtime *program.Runtime) (counters.Service, error) { return Add(runtime, config) }
	return store.Service(&config, &config.Store, Kept(), add, counters.Methods)
}

// Add adds the service to a process, with its store, which the process closes. It does not
// serve it to others: that is up to the process.
func Add(runtime *program.Runtime, config Config) (counters.Service, error) {
	kept, err := open(runtime, config)
	if err != nil {
		return nil, err
	}
	return counter.New(kept, time.Now), nil
}

// closer is what both stores are: the service's store, with a Close.
type closer interface {
	counter.Store
	io.Closer
}

// open opens the store that the configuration names: a bbolt file, or Redis.
func open(runtime *program.Runtime, config Config) (closer, error) {
	return store.Open(runtime, &config.Store, "counter",
		func(path string) (closer, error) { return boltstore.Open(path, time.Now, runtime.Meter("store")) },
		func(db *redisdb.DB) closer { return redisstore.New(db) },
		Stored().Migrations...)
}
