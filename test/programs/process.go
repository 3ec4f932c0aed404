package programs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Time limits of a program.
const (
	startLimit = 3 * time.Minute
	stopLimit  = time.Minute
)

// Process is a program that runs on this machine.
type Process struct {
	Name  string
	cmd   *exec.Cmd
	said  bytes.Buffer // read when it has ended
	ended chan error
}

// start starts a program with nothing but settings in its environment. Cores are
// those that it may run on, as taskset takes them; "" is all.
func start(ctx context.Context, name, cores string, settings []string, command ...string) (*Process, error) {
	if cores != "" {
		command = append([]string{"taskset", "-c", cores}, command...)
	}
	p := &Process{Name: name, ended: make(chan error, 1)}
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), command[0], command[1:]...)
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, settings...)
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM} // Ctrl-C comes to us alone
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	return p, nil
}

// await asks until the program is ready.
func (p *Process) await(ctx context.Context, limit time.Duration, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case ended := <-p.ended:
			p.ended <- ended
			return fmt.Errorf("%s has ended: %w\n%s", p.Name, errors.Join(ended, err), &p.said)
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w", p.Name, err)
		case <-ticker.C:
		}
	}
}

// stop asks the program to end, and ends it when it does not.
func (p *Process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.ended:
		if err != nil {
			return fmt.Errorf("%s ended with %w\n%s", p.Name, err, &p.said)
		}
		return nil
	case <-time.After(stopLimit):
		_ = p.cmd.Process.Kill()
		return fmt.Errorf("%s did not stop within %s: %w", p.Name, stopLimit, <-p.ended)
	}
}
