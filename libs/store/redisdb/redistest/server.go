package redistest

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/freeport"
)

// patience is how long a server may take to do what it was told.
const patience = 3 * time.Minute

// Server is a redis-server that belongs to a test.
type Server struct {
	port int
	args []string
	tls  *tls.Config // nil: it speaks none
	cmd  *exec.Cmd
}

// Start starts a server that keeps nothing, with further options of
// redis-server such as "--appendonly", "yes". It ends with the test.
func Start(t testing.TB, options ...string) *Server {
	t.Helper()
	need(t)
	s := &Server{port: freePort(t)}
	s.args = append([]string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", t.TempDir(),
		"--save", "", "--appendonly", "no",
	}, options...)
	t.Cleanup(func() { s.Kill(t) })
	s.launch(t)
	return s
}

// need skips a test that cannot have a server.
func need(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err == nil {
		return
	}
	const missing = "no redis-server on the PATH: install Debian's package redis-server, or Redis or Valkey from elsewhere"
	if os.Getenv("REQUIRE_REDIS") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
}

// Addr is where the server listens, over restarts too.
func (s *Server) Addr() string { return "127.0.0.1:" + strconv.Itoa(s.port) }

// Kill ends the server as a power cut of its process would.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	if s.cmd == nil {
		return
	}
	if err := s.cmd.Process.Kill(); err != nil {
		t.Errorf("kill redis-server: %v", err)
	}
	_ = s.cmd.Wait() // killed is how it ended
	s.cmd = nil
}

// Restart starts a killed server on what it kept.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.launch(t)
}

// Launch is Restart that does not wait until the server answers.
func (s *Server) Launch(t testing.TB) {
	t.Helper()
	s.cmd = exec.Command("redis-server", s.args...)
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("start redis-server: %v", err)
	}
}

func (s *Server) launch(t testing.TB) {
	t.Helper()
	s.Launch(t)
	client := s.client()
	defer client.Close()
	eventually(t, "redis-server answers", func(ctx context.Context) error {
		err := client.Ping(ctx).Err()
		if redis.HasErrorPrefix(err, "NOAUTH") {
			return nil
		}
		return err
	})
}

// awaitInfo waits until a section of INFO has the text.
func (s *Server) awaitInfo(t testing.TB, section, text string) {
	t.Helper()
	client := s.client()
	defer client.Close()
	eventually(t, text, func(ctx context.Context) error {
		info, err := client.Info(ctx, section).Result()
		if err == nil && !strings.Contains(info, text) {
			err = fmt.Errorf("it says\n%s", info)
		}
		return err
	})
}

func (s *Server) client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.Addr(), TLSConfig: s.tls, DisableIdentity: true, MaxRetries: -1})
}

// Set changes a setting of the running server, such as "maxmemory" to "1mb".
func (s *Server) Set(t testing.TB, name, value string) {
	t.Helper()
	client := s.client()
	defer client.Close()
	must(t, client.ConfigSet(t.Context(), name, value).Err())
}

// Memory returns how many bytes the data takes, as Redis counts them.
func (s *Server) Memory(t testing.TB) int64 {
	t.Helper()
	client := s.client()
	defer client.Close()
	info, err := client.Info(t.Context(), "memory").Result()
	must(t, err)
	_, rest, _ := strings.Cut(info, "used_memory_dataset:")
	text, _, _ := strings.Cut(rest, "\r\n")
	used, err := strconv.ParseInt(text, 10, 64)
	must(t, err)
	return used
}

// Processor returns the processor time that the server has used so far. What else the
// machine does meanwhile does not lengthen it.
func (s *Server) Processor(t testing.TB) time.Duration {
	t.Helper()
	client := s.client()
	defer client.Close()
	info, err := client.Info(t.Context(), "cpu").Result()
	must(t, err)
	used := time.Duration(0)
	for _, name := range []string{"used_cpu_user:", "used_cpu_sys:"} {
		_, rest, _ := strings.Cut(info, name)
		text, _, _ := strings.Cut(rest, "\r\n")
		seconds, err := strconv.ParseFloat(text, 64)
		must(t, err)
		used += time.Duration(seconds * float64(time.Second))
	}
	return used
}

// Pause makes the server hang until the test ends or Resume.
func (s *Server) Pause(t testing.TB) { s.signal(t, syscall.SIGSTOP) }

// Resume lets a paused server go on.
func (s *Server) Resume(t testing.TB) { s.signal(t, syscall.SIGCONT) }

func (s *Server) signal(t testing.TB, signal os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatalf("%s to redis-server: %v", signal, err)
	}
}

func eventually(t testing.TB, what string, try func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := try(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %s: %v", patience, what, err)
		case <-ticker.C:
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	port, err := freeport.Take(t.Context())
	must(t, err)
	return port
}
