// Package part is the room service as a part of a process.
package part

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
	kept := Kept(&config.Room)
	add := func(process *program.Process) (members.Service, error) {
		service, err := Add(process, config)
		if err == nil {
			store.AddBackup(process, &config.Store, kept)
		}
		return service, err
	}
	alone := program.Service("room", &config, add, members.Methods)
	alone.Commands = []program.Command{
		store.CheckCommand(&config.Store, Stored()),
		store.BackupCommand(alone.Name, &config.Store, kept),
		store.RestoreCommand(&config.Store, kept),
	}
	return alone
}

// Add adds the service to a process, with its store.
func Add(process *program.Process, config Config) (members.Service, error) {
	kept, err := open(process, config)
	if err != nil {
		return nil, err
	}
	service := room.New(kept, time.Now)
	process.AddSweeper("room", service.Sweep)
	return service, nil
}

type closer interface {
	room.Store
	io.Closer
}

func open(process *program.Process, config Config) (closer, error) {
	return store.Open(process, &config.Store, "room",
		func(path string) (closer, error) {
			return boltstore.Open(path, config.Room, time.Now, process.Meter("store"), process.Log)
		},
		func(db *redisdb.DB) closer { return redisstore.New(db, config.Room) },
		Stored().Migrations...)
}
