// Package store is where the services keep their data. Config chooses the kind and Open opens
// what a service keeps its own in: a file in the data folder, or Redis. The commands of a
// program for what is stored are here as well: check, backup and restore, and how a running
// process is asked for a backup. What a record means is known to its service alone.
package store

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"path/filepath"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store/folder"
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
	fs.StringVar((*string)(&c.Kind), "store", string(Bbolt), "where data is kept: bbolt, in files of one process, or redis, which processes share")
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

// Open opens the store of a service of the kind that is configured, and adds it to the
// process, which closes it. A store in Redis can be used from the start on. A file of an
// older format goes through those of the migrations that it has not seen.
func Open[S io.Closer](
	runtime *program.Runtime, config *Config, service string,
	inFile func(path string) (S, error), inRedis func(db *redisdb.DB) S, migrations ...folder.Migration,
) (opened S, err error) {
	switch config.Kind {
	case Redis:
		db, err := config.addRedis(runtime, service)
		if err != nil {
			return opened, err
		}
		opened = inRedis(db)
	default: // Check has refused all others
		path := config.path(service)
		if err := folder.Prepare(path, migrations, runtime.Log); err != nil {
			return opened, err
		}
		if opened, err = inFile(path); err != nil {
			return opened, err
		}
		if err := watch(runtime, service, path); err != nil {
			return opened, errors.Join(err, opened.Close())
		}
	}
	runtime.AddStore(service, opened)
	return opened, nil
}

// path is where a service keeps its file.
func (c *Config) path(service string) string { return filepath.Join(c.DataDir, service+".db") }

// addRedis adds the connections of a service to Redis to a process, which starts
// when Redis is of use.
func (c *Config) addRedis(runtime *program.Runtime, service string) (*redisdb.DB, error) {
	db, err := redisdb.New(c.Redis, redisdb.Options{
		Name: service, Meter: runtime.Meter("redis"), Log: runtime.Log,
	})
	if err != nil {
		return nil, err
	}
	runtime.Add(lifecycle.Part{
		Name: "redis of " + service,
		Start: func(ctx context.Context) error {
			if err := db.Connect(ctx); err != nil {
				return err
			}
			if err := checkKeys(ctx, db, service, runtime.Log); err != nil {
				return errors.Join(err, db.Close()) // a part that fails leaves nothing
			}
			return nil
		},
		Stop: func(context.Context) error { return db.Close() },
	})
	return db, nil
}

// checkKeys refuses what was not restored to its end, and what a later version has written. A Redis of which a part does
// not answer is used all the same.
func checkKeys(ctx context.Context, db *redisdb.DB, service string, log *slog.Logger) error {
	unfinished, err := db.IsRestoring(ctx, service)
	if err != nil {
		log.Warn("redis does not tell whether a restore is under way", "service", service, "err", err)
	}
	if unfinished {
		return db.UnfinishedRestore(service)
	}
	switch err := db.ClaimFormat(ctx, service); {
	case errors.Is(err, redisdb.ErrNewer):
		return err
	case err != nil:
		log.Warn("redis does not tell or take the format of its keys", "service", service, "err", err)
	}
	return nil
}
