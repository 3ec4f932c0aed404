package store

import (
	"context"
	"errors"
	"fmt"

	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store/archive"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
)

// RestoreCommand returns the command that puts an archive into a store where nothing
// is kept yet.
func RestoreCommand(cfg *Config, services ...backup.Service) program.Command {
	return program.Command{
		Name: "restore", Argument: "FILE",
		Does: "puts a backup into a data folder or under a Redis prefix where nothing is kept yet, whichever it was taken from. " +
			"It exits with 0 when all is there; else nothing is.",
		Run: func(ctx context.Context, call program.Invocation) (err error) {
			file, err := archive.Open(call.Argument)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, file.Close()) }()
			restoring, err := backup.NewRestoring(file, services)
			if err != nil {
				return fmt.Errorf("%s %w", call.Argument, err)
			}
			into, err := cfg.restore(ctx, call, restoring)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(call.Stdout, "%d records of %s are in %s\n", file.Sums.Records(), file.Manifest.Names(), into)
			return err
		},
	}
}

// restore returns where the records are.
func (c *Config) restore(ctx context.Context, call program.Invocation, restoring *backup.Restoring) (into string, err error) {
	defer progress(call.Stderr, restoring.Progress)()
	if c.Kind == Redis {
		err := c.withRedis(ctx, call, func(db *redisdb.DB) error { return restoring.IntoRedis(ctx, db) })
		return fmt.Sprintf("redis under the prefix %q", c.Redis.Prefix), err
	}
	return c.DataDir, restoring.IntoFolder(ctx, c.DataDir)
}
