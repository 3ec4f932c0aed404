// Package setup puts the room service together, with its store, in a process of
// its own or in one that it shares.
package setup

import (
	"errors"
	"flag"
	"io"
	"time"

	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store"
	"xiaozhibo.dev/libs/store/redisdb"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/boltstore"
	"xiaozhibo.dev/services/room/redisstore"
)

// Config is the configuration of the service and of its store.
type Config struct {
	Store store.Config
	Room  room.Config
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	c.Store.RegisterFlags(fs)
	c.Room.RegisterFlags(fs)
}

// Check returns an error that names every bad key.
func (c *Config) Check() error { return errors.Join(c.Store.Check(), c.Room.Check()) }

// Program returns the service as a process of its own, with its commands: check, backup
// and restore.
func Program() program.Program {
	var config Config
	add := func(runtime *program.Runtime) (members.Service, error) { return Add(runtime, config) }
	return store.Service(&config, &config.Store, Kept(&config.Room), add, members.Methods)
}

// Add adds the service to a process, with its store, which the process closes, and its
// sweeper. It does not serve it to others: that is up to the process.
func Add(runtime *program.Runtime, config Config) (members.Service, error) {
	kept, err := open(runtime, config)
	if err != nil {
		return nil, err
	}
	service := room.New(kept, time.Now)
	runtime.AddSweeper("room", service.Sweep)
	return service, nil
}

// closer is what both stores are: the service's store, with a Close.
type closer interface {
	room.Store
	io.Closer
}

// open opens the store that the configuration names: a bbolt file, or Redis.
func open(runtime *program.Runtime, config Config) (closer, error) {
	return store.Open(runtime, &config.Store, "room",
		func(path string) (closer, error) {
			return boltstore.Open(path, config.Room, time.Now, runtime.Meter("store"), runtime.Log)
		},
		func(db *redisdb.DB) closer { return redisstore.New(db, config.Room) },
		Stored().Migrations...)
}
