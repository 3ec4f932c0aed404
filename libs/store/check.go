package store

import (
	"context"
	"fmt"
	"io"

	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/libs/store/redisdb"
)

// CheckCommand returns the command that reads all that the services have stored, in files
// or in Redis. It changes nothing. It is refused while a process has a file open; Redis is
// read while processes go on.
func CheckCommand(config *Config, services ...backup.Service) program.Command {
	return program.Command{
		Name: "check",
		Does: "reads everything that is stored, in the data folder or in Redis, and prints a line for each thing that is damaged. " +
			"It exits with 0 if nothing is, else with 1.",
		Run: func(ctx context.Context, call program.Invocation) error {
			c := &checking{stdout: call.Stdout}
			switch config.Kind {
			case Bbolt:
				return c.folder(config.DataDir, services)
			case Redis:
				return config.withRedis(ctx, call, func(db *redisdb.DB) error {
					return c.redis(ctx, db, config.Redis.Prefix, services)
				})
			default:
				return fmt.Errorf("nothing is kept in the store %s", config.Kind)
			}
		},
	}
}

// checking prints what is damaged.
type checking struct {
	stdout   io.Writer
	findings int
	broken   error // of stdout
}

func (c *checking) found(finding string) {
	c.findings++
	if _, err := fmt.Fprintln(c.stdout, finding); err != nil {
		c.broken = err
	}
}

// end says what was read, and how much of it is damaged.
func (c *checking) end(read int, of, where string) error {
	switch {
	case c.broken != nil:
		return c.broken
	case c.findings > 0:
		return fmt.Errorf("damaged: %d findings in %d %s of %s", c.findings, read, of, where)
	case read == 0:
		return fmt.Errorf("there is no data in %s", where)
	}
	_, err := fmt.Fprintf(c.stdout, "%d %s of %s are whole\n", read, of, where)
	return err
}

func (c *checking) folder(dir string, services []backup.Service) error {
	files, err := folder.Check(dir, backup.Stored(services), c.found)
	if err != nil {
		return err
	}
	return c.end(files, "files", dir)
}

// redis reads all records as a backup does, and keeps none.
func (c *checking) redis(ctx context.Context, db *redisdb.DB, prefix string, services []backup.Service) error {
	records := 0
	read := backup.FromRedis(ctx, db)
	for _, s := range services {
		err := read(s, backup.Out{
			Put:     func(any) error { records++; return ctx.Err() },
			Damaged: func(what string, err error) { c.found(fmt.Sprintf("%s: %s: %v", s.Name, what, err)) },
		})
		if err != nil {
			return fmt.Errorf("read %s: %w", s.Name, err)
		}
	}
	return c.end(records, "records", "prefix "+prefix)
}
