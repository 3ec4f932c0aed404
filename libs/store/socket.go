package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// socket is where a process answers the backup command, in the data folder it has
// open: whoever may write there may ask.
type socket struct {
	dir, name string
	handler   http.Handler
	log       *slog.Logger

	server   *http.Server
	listener net.Listener // nil: it could not be made
	stopped  chan struct{}
}

func socketPath(dir, name string) string { return filepath.Join(dir, name+".sock") }

// withShort calls use with a name of the socket that is short enough for one: there is
// room for about a hundred bytes.
func withShort(dir, name string, use func(path string) error) error {
	if runtime.GOOS != "linux" {
		return use(socketPath(dir, name))
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(use(fmt.Sprintf("/proc/self/fd/%d/%s.sock", folder.Fd(), name)), folder.Close())
}

// start opens the socket, in the place of one that was left behind: the data files are
// ours. A folder that can have none is no reason not to serve.
func (s *socket) start(ctx context.Context) error {
	s.stopped = make(chan struct{})
	listening := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		// The socket must not be anybody's before its mode is set.
		return raw.Control(func(fd uintptr) { _ = syscall.Fchmod(int(fd), 0o600) })
	}}
	err := withShort(s.dir, s.name, func(path string) (err error) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if s.listener, err = listening.Listen(ctx, "unix", path); err != nil {
			return err
		}
		s.listener.(*net.UnixListener).SetUnlinkOnClose(false) // its short name leads nowhere by then
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		s.log.Warn("the backup command cannot ask this process", "socket", socketPath(s.dir, s.name), "err", err)
		if s.listener != nil {
			_ = s.listener.Close() // nobody was told of it
			s.listener = nil
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /backup", s.handler)
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: stallTimeout, ReadTimeout: stallTimeout}
	return nil
}

func (s *socket) run(context.Context) error {
	if s.listener == nil {
		<-s.stopped
		return nil
	}
	if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		s.log.Error("the backup command cannot ask this process any more", "err", err)
		<-s.stopped
	}
	return nil
}

func (s *socket) stop() {
	if s.listener != nil {
		_ = os.Remove(socketPath(s.dir, s.name)) // the next start does, too
	}
	_ = s.server.Close() // it has nothing that could be lost
	close(s.stopped)
}

// askRunning lets the process that has the folder open write the archive. It reports
// whether there is one that answers.
func askRunning(ctx context.Context, dir, name string, w, terminal io.Writer) (asked bool, err error) {
	if _, err := os.Stat(socketPath(dir, name)); err != nil {
		return false, nil //nolint:nilerr // nobody is there to ask
	}
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (conn net.Conn, err error) {
			err = withShort(dir, name, func(path string) (err error) {
				conn, err = (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "unix", path)
				return err
			})
			return conn, err
		},
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+name+"/backup", http.NoBody)
	if err != nil {
		return false, err
	}
	reply, err := client.Do(request) //nolint:bodyclose // takeReply does
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist):
		return false, nil // a process has left it behind
	case err != nil:
		return true, fmt.Errorf("ask the process that has %s open: %w", dir, err)
	}
	return true, takeReply(reply, "the process that has "+dir+" open", w, terminal)
}

// takeReply writes the archive that somebody answers with, and closes the reply.
func takeReply(reply *http.Response, whose string, w, terminal io.Writer) (err error) {
	defer func() { err = errors.Join(err, reply.Body.Close()) }()
	if reply.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(reply.Body, 1024)) // it is but the reason
		return fmt.Errorf("%s says: %s %s", whose, reply.Status, bytes.TrimSpace(said))
	}
	counted := &counting{w: w}
	defer progress(terminal, counted.progress)()
	if _, err := io.Copy(counted, reply.Body); err != nil {
		return fmt.Errorf("%s has not come to the end of the backup: %w", whose, err)
	}
	return nil
}

type counting struct {
	w io.Writer
	n atomic.Int64
}

func (c *counting) progress() string { return fmt.Sprintf("%d bytes backed up", c.n.Load()) }

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n.Add(int64(n))
	return n, err
}
