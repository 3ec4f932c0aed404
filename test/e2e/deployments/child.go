package deployments

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

// Time limits of a process under test.
const (
	startLimit = 3 * time.Minute
	stopLimit  = time.Minute
)

// Child is a program that runs as a child of the test, again and again.
type Child struct {
	Role role
	path string
	Log  *processLog

	cmd       *exec.Cmd // nil while it is not running
	exited    chan error
	listening chan listener
	addresses map[string]string // host:port by listener, while it is ready
}

func NewChild(programs Programs, role role) *Child {
	return &Child{Role: role, path: programs.path(role.Program), Log: newProcessLog()}
}

// Start starts the program, with nothing in its environment but settings, and what the race detector is told.
func (c *Child) Start(t testing.TB, settings map[string]string) {
	t.Helper()
	c.addresses, c.listening = map[string]string{}, make(chan listener, 16)
	output := &processOutput{log: c.Log, listening: c.listening}
	cmd := exec.Command(c.path)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.Env = []string{"GORACE=" + os.Getenv("GORACE")}
	for name, value := range settings {
		if value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", c.path, err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	c.cmd, c.exited = cmd, exited
}

// Await waits until the program has said where it listens, and then until it is ready.
func (c *Child) Await(t testing.TB) {
	t.Helper()
	limit := time.After(startLimit)
	for c.addresses[c.Role.listener] == "" || c.addresses["ops"] == "" {
		select {
		case l := <-c.listening:
			c.addresses[l.Listener] = l.Address
		case err := <-c.exited:
			c.cmd = nil
			t.Fatalf("%s ended before it listened: %v", c.Role.Program, err)
		case <-limit:
			t.Fatalf("%s did not say within %v where it listens", c.Role.Program, startLimit)
		}
	}
	client.Eventually(t, startLimit, c.Role.Program+" is ready", func() bool {
		status, _, err := client.Get(t.Context(), c.OpsURL()+"/readyz")
		return err == nil && status == http.StatusOK
	})
	for len(c.listening) > 0 { // those that are not always there
		l := <-c.listening
		c.addresses[l.Listener] = l.Address
	}
}

// Listener is where the listener of that name is reached, host:port; "" if there is none.
func (c *Child) Listener(name string) string { return c.addresses[name] }

// Address is where the program is reached, host:port.
func (c *Child) Address() string { return c.addresses[c.Role.listener] }

func (c *Child) OpsURL() string { return "http://" + c.addresses["ops"] }

// Stop asks the program to end; it must do so in time and without complaint.
func (c *Child) Stop() error {
	if c.cmd == nil {
		return nil
	}
	cmd := c.cmd
	c.cmd = nil
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("ask %s to stop: %w", c.Role.Program, err)
	}
	select {
	case err := <-c.exited:
		if err != nil {
			return fmt.Errorf("after SIGTERM %s ended with %w, want exit status 0", c.Role.Program, err)
		}
		return nil
	case <-time.After(stopLimit):
		_ = cmd.Process.Kill()
		<-c.exited
		return fmt.Errorf("%s did not stop within %v of SIGTERM", c.Role.Program, stopLimit)
	}
}

// Kill ends the program as a power cut would. It has ended when buried.
func (c *Child) Kill(t testing.TB) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatalf("kill %s: %v", c.Role.Program, err)
	}
}

func (c *Child) Bury() {
	<-c.exited
	c.cmd = nil
}

// End stops the program with the test that started it and looks at what it left behind.
func (c *Child) End(t testing.TB, secrets []string) {
	t.Helper()
	if c.cmd != nil {
		c.checkMetrics(t, secrets)
	}
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	c.Log.check(t, secrets)
}

func (c *Child) checkMetrics(t testing.TB, secrets []string) {
	t.Helper()
	// The test's own context has ended by now.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, metrics, err := client.Get(ctx, c.OpsURL()+"/metrics")
	if err != nil {
		t.Errorf("read the metrics of %s: %v", c.Role.Program, err)
	}
	if strings.Contains(metrics, client.JwtBegins) {
		t.Errorf("the metrics of %s show a token", c.Role.Program)
	}
	for _, secret := range secrets {
		if strings.Contains(metrics, secret) {
			t.Errorf("the metrics of %s show a secret: %q", c.Role.Program, secret)
		}
	}
}
