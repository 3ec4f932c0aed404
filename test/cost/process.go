package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Time limits of a program that is measured.
const (
	startLimit = 30 * time.Second
	stopLimit  = 15 * time.Second
)

// process is a program that runs on the server's cores.
type process struct {
	name  string
	cmd   *exec.Cmd
	said  bytes.Buffer // read when it has ended
	ended chan error
}

// start starts a program with nothing but settings in its environment.
func start(ctx context.Context, name, cores string, settings []string, command ...string) (*process, error) {
	p := &process{name: name, ended: make(chan error, 1)}
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), "taskset", append([]string{"-c", cores}, command...)...)
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
func (p *process) await(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
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
			return fmt.Errorf("%s has ended: %w\n%s", p.name, errors.Join(ended, err), &p.said)
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w", p.name, err)
		case <-ticker.C:
		}
	}
}

// stop asks the program to end, and ends it when it does not.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.ended:
		if err != nil {
			return fmt.Errorf("%s ended with %w\n%s", p.name, err, &p.said)
		}
		return nil
	case <-time.After(stopLimit):
		_ = p.cmd.Process.Kill()
		return fmt.Errorf("%s did not stop within %s: %w", p.name, stopLimit, <-p.ended)
	}
}

// ticks are what Linux counts processor time in, for programs: 100 a second.
const ticks = 10 * time.Millisecond

// spent is the processor time of the program until now, its own and the system's for it.
func (p *process) spent() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("processor time of %s: %w", p.name, err)
	}
	return parseStat(string(stat))
}

// parseStat reads utime and stime, the 14th and 15th field. The second is the
// program's name in brackets, and may have brackets and spaces in it.
func parseStat(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/PID/stat: %q", stat)
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if err := errors.Join(err, err2); err != nil {
		return 0, fmt.Errorf("/proc/PID/stat: %w", err)
	}
	return time.Duration(user+system) * ticks, nil
}
