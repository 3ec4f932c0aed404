// Package part is the room service as a part of a process.
package part

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	api "xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store"
	"xiaozhibo.dev/services/room"
	"xiaozhibo.dev/services/room/boltstore"
	"xiaozhibo.dev/services/room/redisstore"
)

// Config is what the service needs.
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

// Program is the service in a process of its own.
func Program() program.Program {
	var config Config
	add := func(process *program.Process) (api.Service, error) { return Add(process, config) }
	return program.Service("room", &config, add, api.Methods)
}

// Add adds the service to a process, with its store.
func Add(process *program.Process, config Config) (api.Service, error) {
	kept, err := open(process, config)
	if err != nil {
		return nil, err
	}
	process.AddStore("room", kept)
	service := room.New(kept)
	process.AddSweeper("room", service.Sweep)
	return service, nil
}

type closer interface {
	room.Store
	io.Closer
}

func open(process *program.Process, config Config) (closer, error) {
	switch config.Store.Kind {
	case store.Bbolt:
		return boltstore.Open(config.Store.File("room"), config.Room, time.Now)
	case store.Redis:
		db, err := config.Store.AddRedis(process, "room")
		if err != nil {
			return nil, err
		}
		return redisstore.New(db, config.Room), nil
	default:
		return nil, fmt.Errorf("open room store: there is no %q", config.Store.Kind)
	}
}
