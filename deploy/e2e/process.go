package e2e

import (
	"context"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Time limits of a process under test.
const (
	startLimit = 30 * time.Second
	stopLimit  = 10 * time.Second
)

// Program is a server binary, built.
type Program struct{ path string }

// Build builds a main package, such as xiaozhibo.dev/deploy/standalone, into a temporary folder that lives as
// long as t; with the race detector if the test itself has it.
func Build(t testing.TB, pkg string) Program {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.Base(pkg))
	args := []string{"build", "-o", path}
	if raceEnabled {
		args = append(args, "-race")
	}
	if out, err := exec.CommandContext(t.Context(), "go", append(args, pkg)...).CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return Program{path}
}

// Start is a Starter: it runs the program on ports of its own and an empty data folder, until t ends. Then the
// program must stop in time with exit status 0, and its log must hold no secret and no signature it issued.
func (p Program) Start(t *testing.T, settings map[string]string) Server {
	t.Helper()
	all := Defaults()
	maps.Copy(all, settings)
	maps.Copy(all, map[string]string{
		"XZB_LISTEN_HTTP": "127.0.0.1:0",
		"XZB_LISTEN_OPS":  "127.0.0.1:0",
		"XZB_DATA_DIR":    t.TempDir(),
	})
	server := &process{path: p.path, settings: all, log: newProcessLog()}
	t.Cleanup(func() { server.end(t) })
	server.launch(t)
	return server
}

// process is a Server that runs as a child of the test.
type process struct {
	path     string
	settings map[string]string
	log      *processLog

	mu     sync.Mutex
	http   string
	ops    string
	cmd    *exec.Cmd // nil while it is not running
	exited chan error
}

func (p *process) URL() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.http
}

func (p *process) OpsURL() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ops
}

func (p *process) Setting(name string) string {
	if path := p.settings[name+"_FILE"]; path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return "" // the server says so itself
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	return p.settings[name]
}

func (p *process) Conceal(signature string) { p.log.conceal(signature) }

func (p *process) Restart(t testing.TB) {
	t.Helper()
	p.stop(t)
	p.launch(t)
}

func (p *process) Kill(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatalf("kill: %v", err)
	}
	<-p.exited
	p.cmd = nil
	p.launch(t)
}

// launch starts the program, waits until it has said where it listens, and then until it is ready.
func (p *process) launch(t testing.TB) {
	t.Helper()
	output := &processOutput{log: p.log, listening: make(chan listener, 16)}
	cmd := exec.Command(p.path)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.Env = []string{}
	for name, value := range p.settings {
		if value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", p.path, err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	p.cmd, p.exited = cmd, exited

	addresses := map[string]string{}
	limit := time.After(startLimit)
	for addresses["http"] == "" || addresses["ops"] == "" {
		select {
		case l := <-output.listening:
			addresses[l.Listener] = "http://" + l.Address
		case err := <-exited:
			p.cmd = nil
			t.Fatalf("the server ended before it listened: %v", err)
		case <-limit:
			t.Fatalf("the server did not say within %v where it listens", startLimit)
		}
	}
	p.mu.Lock()
	p.http, p.ops = addresses["http"], addresses["ops"]
	p.mu.Unlock()
	p.waitUntilReady(t)
}

func (p *process) waitUntilReady(t testing.TB) {
	t.Helper()
	eventually(t, startLimit, "the server is ready", func() bool {
		status, _, err := get(t.Context(), p.OpsURL()+"/readyz")
		return err == nil && status == http.StatusOK
	})
}

// stop asks the server to end; it must do so in time and without complaint.
func (p *process) stop(t testing.TB) {
	t.Helper()
	cmd := p.cmd
	p.cmd = nil
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("ask the server to stop: %v", err)
	}
	select {
	case err := <-p.exited:
		if err != nil {
			t.Fatalf("after SIGTERM the server ended with %v, want exit status 0", err)
		}
	case <-time.After(stopLimit):
		_ = cmd.Process.Kill()
		<-p.exited
		t.Fatalf("the server did not stop within %v of SIGTERM", stopLimit)
	}
}

// end stops the server with the test that started it and looks at what it left behind.
func (p *process) end(t testing.TB) {
	t.Helper()
	// Deferred, because a failed stop ends the clean-up. Last comes the log's tail.
	defer func() {
		if t.Failed() {
			t.Logf("the end of the server's log:\n%s", p.log.tail())
		}
	}()
	defer func() { p.log.check(t, p.secrets()) }()
	if p.cmd == nil {
		return
	}
	defer p.stop(t)
	p.checkMetrics(t)
}

func (p *process) secrets() []string {
	var secrets []string
	for _, name := range secretSettings() {
		if value := p.Setting(name); value != "" {
			secrets = append(secrets, value)
		}
	}
	return secrets
}

func (p *process) checkMetrics(t testing.TB) {
	t.Helper()
	// The test's own context has ended by now.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, metrics, err := get(ctx, p.OpsURL()+"/metrics")
	if err != nil {
		t.Errorf("read the metrics: %v", err)
	}
	for _, secret := range p.secrets() {
		if strings.Contains(metrics, secret) {
			t.Errorf("the metrics show a secret: %q", secret)
		}
	}
}
