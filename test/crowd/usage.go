package main

import (
	"context"
	"errors"
	"syscall"
	"time"

	"xiaozhibo.dev/test/programs"
)

// usage is what the processes of a server took while a crowd played.
type usage struct {
	processes []processUsage
	own       time.Duration // processor time of the load itself
	length    time.Duration
}

type processUsage struct {
	name  string
	spent time.Duration
	peak  programs.Memory // each of the two at its own peak
}

// memoryEach is how often memory is looked at.
const memoryEach = 250 * time.Millisecond

// during measures while f runs. A server that was not started here has no processes.
func during(s *programs.Server, f func() error) (u usage, err error) {
	before, err := s.Spent()
	if err != nil {
		return u, err
	}
	u.processes = make([]processUsage, len(before))
	began, own := time.Now(), ownTime()
	ctx, cancel := context.WithCancel(context.Background())
	sampled := make(chan error, 1)
	go func() { sampled <- u.sample(ctx, s) }()
	err = f()
	cancel()
	err = errors.Join(err, <-sampled)
	u.own, u.length = ownTime()-own, time.Since(began)
	after, err2 := s.Spent()
	if err := errors.Join(err, err2); err != nil {
		return u, err
	}
	for i := range after {
		u.processes[i].name, u.processes[i].spent = s.Processes[i].Name, after[i]-before[i]
	}
	return u, nil
}

// sample keeps the peaks of memory.
func (u *usage) sample(ctx context.Context, s *programs.Server) error {
	ticker := time.NewTicker(memoryEach)
	defer ticker.Stop()
	for {
		memory, err := s.Memory()
		if err != nil {
			return err
		}
		for i, m := range memory {
			peak := &u.processes[i].peak
			peak.Resident, peak.Anonymous = max(peak.Resident, m.Resident), max(peak.Anonymous, m.Anonymous)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// ownTime is the processor time of this process.
func ownTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
