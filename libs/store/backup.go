package store

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store/archive"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/boltfile"
	"xiaozhibo.dev/libs/store/folder"
	"xiaozhibo.dev/libs/store/redisdb"
)

// BackupCommand returns the command that writes an archive of all that the services
// of a program have stored, while a process of that program runs or while none does.
// Services come in the order that backup.Sections asks for.
func BackupCommand(name string, cfg *Config, services ...backup.Service) program.Command {
	var output, from string
	return program.Command{
		Name: "backup",
		Does: "writes all that is stored into one file, while the server runs or not. " +
			"The file is there when it is whole, and the exit code 0.",
		RegisterFlags: func(fs *flag.FlagSet) {
			fs.StringVar(&output, "output", "", "file to write, or - for standard output")
			fs.StringVar(&from, "from", "", "URL of a server's admin listener, such as http://localhost:9091, to fetch the backup from with admin-secret; empty: what is stored here")
		},
		Run: func(ctx context.Context, call program.Invocation) error {
			if output == "" {
				return config.Errorf("output: must be set, to a file or to -")
			}
			b := &backingUp{program: name, from: from, config: cfg, services: services, call: call}
			if output == "-" {
				return b.write(ctx, call.Stdout)
			}
			return b.into(ctx, output)
		},
	}
}

type backingUp struct {
	program  string
	from     string // a server that is asked; "" is none
	config   *Config
	services []backup.Service
	call     program.Invocation
}

// into writes a file, and reads it before it gets its name.
func (b *backingUp) into(ctx context.Context, path string) error {
	file, err := openPartial(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it is synced, or gone
	if err := b.fill(ctx, file, path); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return folder.SyncName(path)
}

// fill is undone by deleting the partial file, which has its name until the end.
func (b *backingUp) fill(ctx context.Context, file *os.File, path string) error {
	if err := errors.Join(b.write(ctx, file), file.Sync()); err != nil {
		return err
	}
	written, err := archive.Open(file.Name())
	if err != nil {
		return err
	}
	if err := errors.Join(written.Close(), os.Rename(file.Name(), path)); err != nil {
		return err
	}
	b.tell(path, written)
	return nil
}

// tell says what is in the file. It is there, whether anybody reads that or not.
func (b *backingUp) tell(path string, written *archive.Archive) {
	_, _ = fmt.Fprintf(b.call.Stdout, "%d records of %s are in %s, %.1f MiB\n", written.Sums.Records(), written.Manifest.Names(), path, float64(written.Size())/(1<<20))
	if damaged := written.Sums.Damaged; damaged > 0 {
		b.call.Log.Warn("damaged records are not in the backup", "records", damaged)
	}
}

// write writes the archive. Of files that a process has open, that process does.
func (b *backingUp) write(ctx context.Context, w io.Writer) error {
	if b.from != "" {
		return b.fetch(ctx, w)
	}
	if b.config.Kind == Redis {
		return b.config.withRedis(ctx, b.call, func(db *redisdb.DB) error {
			return b.take(ctx, w, "", backup.FromRedis(ctx, db))
		})
	}
	asked, err := askRunning(ctx, b.config.DataDir, b.program, w, b.call.Stderr)
	if asked || err != nil {
		return err
	}
	err = backup.FromFolder(b.config.DataDir, b.services, func(set string, source backup.Source) error {
		return b.take(ctx, w, set, source)
	})
	if errors.Is(err, boltfile.ErrInUse) {
		return fmt.Errorf("%w, which does not answer at %s: ask its admin listener for GET /backup, or end it", err, socketPath(b.config.DataDir, b.program))
	}
	return err
}

func (b *backingUp) take(ctx context.Context, w io.Writer, set string, source backup.Source) error {
	taking := newTaking(b.config.Kind, set, b.services, b.call.Log)
	defer progress(b.call.Stderr, taking.Progress)()
	_, err := taking.Write(ctx, w, source)
	return err
}

// connectTimeout is how long a command waits for Redis or a server to be of use. On a cluster they refuse a new pod until
// its node has learnt which network policies are about it.
const connectTimeout = 30 * time.Second

// withRedis connects for a command.
func (c *Config) withRedis(ctx context.Context, call program.Invocation, use func(db *redisdb.DB) error) (err error) {
	db, err := c.commandRedis(ctx, call.Log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return use(db)
}
