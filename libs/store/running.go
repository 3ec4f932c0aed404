package store

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/program"
	"xiaozhibo.dev/libs/store/archive"
	"xiaozhibo.dev/libs/store/backup"
	"xiaozhibo.dev/libs/store/redisdb"
)

// stallTimeout is how long a reader of a backup may take nothing. Meanwhile bbolt can
// use no page again that the backup may still read.
const stallTimeout = 30 * time.Second

// AddBackup lets a process write archives of what its services keep: to operators who
// ask the admin listener, and on bbolt to the backup command. It comes after the
// services, in the order that backup.Sections asks for.
func AddBackup(runtime *program.Runtime, config *Config, services ...backup.Service) {
	r := &running{config: config, services: services, log: runtime.Log, files: map[string]backup.File{}}
	for _, service := range services {
		if file, is := runtime.Store(service.Name).(backup.File); is {
			r.files[service.Name] = file
		}
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	runtime.AddAdmin("GET /backup", r)
	part := lifecycle.Part{Name: "backup", Stop: func(context.Context) error { return r.stop() }}
	if config.Kind == Bbolt {
		socket := &socket{dir: config.DataDir, name: runtime.Name, handler: r, log: runtime.Log}
		part.Start, part.Run = socket.start, socket.run
		part.Stop = func(context.Context) error {
			socket.stop()
			return r.stop()
		}
	}
	runtime.Add(part)
}

// running writes archives of what a process has open.
type running struct {
	config   *Config
	services []backup.Service
	files    map[string]backup.File
	log      *slog.Logger

	ctx    context.Context // of all backups
	cancel context.CancelFunc
	mu     sync.Mutex // no backup begins while they are waited for
	all    sync.WaitGroup
}

// stop ends the backups that are under way, so that the stores can be closed.
func (r *running) stop() error {
	r.mu.Lock()
	r.cancel()
	r.mu.Unlock()
	r.all.Wait()
	return nil
}

// begin reports whether a backup may begin.
func (r *running) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		return false
	}
	r.all.Add(1)
	return true
}

// ServeHTTP writes one archive. A client that gets no whole one sees its connection
// end in the midst.
func (r *running) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if !r.begin() {
		http.Error(w, "the process is ending", http.StatusServiceUnavailable)
		return
	}
	defer r.all.Done()
	ctx, cancel := context.WithCancel(request.Context())
	defer cancel()
	defer context.AfterFunc(r.ctx, cancel)()
	began := time.Now()
	body := &stalling{w: w, control: http.NewResponseController(w)}
	header := w.Header()
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="xiaozhibo-%s.backup"`, began.UTC().Format("20060102T150405Z")))
	if request.Method == http.MethodHead {
		return // nothing is read for a reply without a body
	}
	sums, err := r.write(ctx, body)
	switch {
	case err == nil:
		r.log.Info("backup written", "records", sums.Records(), "damaged", sums.Damaged, "bytes", body.written, "seconds", time.Since(began).Seconds())
	case body.written > 0:
		r.log.Error("backup failed", "bytes", body.written, "err", err)
		panic(http.ErrAbortHandler)
	default:
		r.log.Error("backup failed", "err", err)
		header.Del("Content-Disposition")
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

func (r *running) write(ctx context.Context, w io.Writer) (sums archive.Sums, err error) {
	if r.config.Kind == Redis {
		db, err := r.config.commandRedis(ctx, r.log)
		if err != nil {
			return sums, err
		}
		defer func() { _ = db.Close() }() // it was only read
		return newTaking(Redis, "", r.services, r.log).Write(ctx, w, backup.FromRedis(ctx, db))
	}
	err = backup.FromFiles(r.files, r.services, func(set string, source backup.Source) (err error) {
		sums, err = newTaking(Bbolt, set, r.services, r.log).Write(ctx, w, source)
		return err
	})
	return sums, err
}

func newTaking(kind Kind, set string, services []backup.Service, log *slog.Logger) *backup.Taking {
	return &backup.Taking{
		Manifest: archive.Manifest{Created: time.Now().UTC().Truncate(time.Second), Version: program.Version, Store: string(kind), Set: set},
		Services: services,
		Damaged: func(what string, err error) {
			log.Error("a damaged record is left out of the backup", "record", what, "err", err)
		},
	}
}

// commandRedis connects beside the services.
func (c *Config) commandRedis(ctx context.Context, log *slog.Logger) (*redisdb.DB, error) {
	db, err := redisdb.New(c.Redis, redisdb.Options{Name: "backup", Meter: noop.Meter{}, Log: log})
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := db.Connect(limited); err != nil {
		_ = db.Close() // what has failed is told already
		return nil, err
	}
	return db, nil
}

// stalling ends writing to somebody who takes nothing.
type stalling struct {
	w       io.Writer
	control *http.ResponseController
	written int64
}

func (s *stalling) Write(p []byte) (int, error) {
	if err := s.control.SetWriteDeadline(time.Now().Add(stallTimeout)); err != nil {
		return 0, err
	}
	n, err := s.w.Write(p)
	s.written += int64(n)
	return n, err
}
