// Package store is where the services keep their data.
package store

import (
	"context"
	"flag"
	"path/filepath"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store/redisdb"
)

// Kind is a kind of store.
type Kind string

// The kinds.
const (
	Bbolt Kind = "bbolt" // a file for each service, of one process
	Redis Kind = "redis" // or Valkey, which processes share
)

// Config configures the store of every service of a process.
type Config struct {
	Kind    Kind
	DataDir string         // of Bbolt
	Redis   redisdb.Config // of Redis
}

// RegisterFlags sets the defaults and names the keys.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.StringVar((*string)(&c.Kind), "store", string(Bbolt), "where data is kept: bbolt or redis")
	fs.StringVar(&c.DataDir, "data-dir", "./data", "folder of the bbolt files, one per service")
	c.Redis.RegisterFlags(fs)
}

// Check returns an error that names every bad key of the kind that is used.
func (c *Config) Check() error {
	switch c.Kind {
	case Bbolt:
		if c.DataDir == "" {
			return config.Errorf("data_dir: must be set")
		}
		return nil
	case Redis:
		return c.Redis.Check()
	default:
		return config.Errorf("store: %q is none of bbolt, redis", c.Kind)
	}
}

// File is the file of a service in Bbolt.
func (c *Config) File(service string) string { return filepath.Join(c.DataDir, service+".db") }

// AddRedis adds the connections of a service to Redis to a process, which starts
// when Redis has answered. They can be used from then on.
func (c *Config) AddRedis(process *program.Process, service string) (*redisdb.DB, error) {
	db, err := redisdb.New(c.Redis, redisdb.Options{
		Name: service, Meter: process.Meter("redis"), Log: process.Log,
	})
	if err != nil {
		return nil, err
	}
	process.Add(lifecycle.Part{
		Name:  "redis of " + service,
		Start: db.Connect,
		Stop:  func(context.Context) error { return db.Close() },
	})
	return db, nil
}
