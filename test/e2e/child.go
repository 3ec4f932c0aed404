package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Time limits of a process under test.
const (
	startLimit = 30 * time.Second
	stopLimit  = 10 * time.Second
)

// child is a program that runs as a child of the test, again and again.
type child struct {
	role role
	path string
	log  *processLog

	cmd       *exec.Cmd // nil while it is not running
	exited    chan error
	listening chan listener
	addresses map[string]string // host:port by listener, while it is ready
}

func newChild(programs Programs, role role) *child {
	return &child{role: role, path: programs.path(role.program), log: newProcessLog()}
}

// start starts the program, with nothing but settings in its environment.
func (c *child) start(t testing.TB, settings map[string]string) {
	t.Helper()
	c.addresses, c.listening = map[string]string{}, make(chan listener, 16)
	output := &processOutput{log: c.log, listening: c.listening}
	cmd := exec.Command(c.path)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.Env = []string{}
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

// await waits until the program has said where it listens, and then until it is ready.
func (c *child) await(t testing.TB) {
	t.Helper()
	limit := time.After(startLimit)
	for c.addresses[c.role.listener] == "" || c.addresses["ops"] == "" {
		select {
		case l := <-c.listening:
			c.addresses[l.Listener] = l.Address
		case err := <-c.exited:
			c.cmd = nil
			t.Fatalf("%s ended before it listened: %v", c.role.program, err)
		case <-limit:
			t.Fatalf("%s did not say within %v where it listens", c.role.program, startLimit)
		}
	}
	eventually(t, startLimit, c.role.program+" is ready", func() bool {
		status, _, err := get(t.Context(), c.opsURL()+"/readyz")
		return err == nil && status == http.StatusOK
	})
}

// address is where the program is reached, host:port.
func (c *child) address() string { return c.addresses[c.role.listener] }

func (c *child) opsURL() string { return "http://" + c.addresses["ops"] }

// stop asks the program to end; it must do so in time and without complaint.
func (c *child) stop() error {
	if c.cmd == nil {
		return nil
	}
	cmd := c.cmd
	c.cmd = nil
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("ask %s to stop: %w", c.role.program, err)
	}
	select {
	case err := <-c.exited:
		if err != nil {
			return fmt.Errorf("after SIGTERM %s ended with %w, want exit status 0", c.role.program, err)
		}
		return nil
	case <-time.After(stopLimit):
		_ = cmd.Process.Kill()
		<-c.exited
		return fmt.Errorf("%s did not stop within %v of SIGTERM", c.role.program, stopLimit)
	}
}

// kill ends the program as a power cut would. It has ended when buried.
func (c *child) kill(t testing.TB) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatalf("kill %s: %v", c.role.program, err)
	}
}

func (c *child) bury() {
	<-c.exited
	c.cmd = nil
}

// end stops the program with the test that started it and looks at what it left behind.
func (c *child) end(t testing.TB, secrets []string) {
	t.Helper()
	if c.cmd != nil {
		c.checkMetrics(t, secrets)
	}
	if err := c.stop(); err != nil {
		t.Error(err)
	}
	c.log.check(t, secrets)
}

func (c *child) checkMetrics(t testing.TB, secrets []string) {
	t.Helper()
	// The test's own context has ended by now.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, metrics, err := get(ctx, c.opsURL()+"/metrics")
	if err != nil {
		t.Errorf("read the metrics of %s: %v", c.role.program, err)
	}
	for _, secret := range secrets {
		if strings.Contains(metrics, secret) {
			t.Errorf("the metrics of %s show a secret: %q", c.role.program, secret)
		}
	}
}
