// Package setup puts the signing service together, with its store, in a process of
// its own or in one that it shares.
package setup

import (
	"errors"
	"flag"
	"io"
	"time"

	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/signing"
	"xiaozhibo.dev/services/signing/boltstore"
	"xiaozhibo.dev/services/signing/redisstore"
)

// Config is the configuration of the service and of its store.
type Config struct {
	Store   store.Config
	Signing signing.Config
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.Store.RegisterFlags(fs)
	c.Signing.RegisterFlags(fs)
}

// Check returns an error that names every bad key.
func (c *Config) Check() error { return errors.Join(c.Store.Check(), c.Signing.Check()) }

// Program returns the service as a process of its own, with its commands: check, backup
// and restore.
func Program() program.Program {
	var config Config
	add := func(runtime *program.Runtime) (signatures.Service, error) { return Add(runtime, config) }
	return store.Service(&config, &config.Store, Kept(), add, signatures.Methods)
}

// Add adds the service to a process, with its store, which the process closes, and its
// sweeper. It does not serve it to others: that is up to the process.
func Add(runtime *program.Runtime, config Config) (signatures.Service, error) {
	kept, err := open(runtime, config)
	if err != nil {
		return nil, err
	}
	service, err := signing.New(config.Signing, kept, time.Now, runtime.Log)
	if err != nil {
		return nil, err
	}
	runtime.AddSweeper("signing", service.Sweep)
	runtime.AddOps("GET /ledger", signing.Reader(kept, runtime.Log))
	return service, nil
}

// closer is what both stores are: the service's store, with a Close.
type closer interface {
	signing.Ledger
	io.Closer
}

// open opens the store that the configuration names: a bbolt file, or Redis.
func open(runtime *program.Runtime, config Config) (closer, error) {
	return store.Open(runtime, &config.Store, "signing",
		func(path string) (closer, error) { return boltstore.Open(path, runtime.Meter("store")) },
		func(db *redisdb.DB) closer { return redisstore.New(db) },
		Stored().Migrations...)
}
