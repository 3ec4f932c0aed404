package programs

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// ticks are what Linux counts processor time in, for programs: 100 a second.
const ticks = 10 * time.Millisecond

// Memory is what a program holds of the machine's memory, in bytes. Resident is
// all of it; Anonymous is without the pages of files, which the system can drop.
type Memory struct{ Resident, Anonymous int64 }

// Spent is the processor time of the program until now, its own and the system's for it.
func (p *Process) Spent() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("processor time of %s: %w", p.Name, err)
	}
	return parseStat(string(stat))
}

// Memory is what the program holds now.
func (p *Process) Memory() (Memory, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return Memory{}, fmt.Errorf("memory of %s: %w", p.Name, err)
	}
	return parseStatus(string(status))
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

// parseStatus reads the lines VmRSS and RssAnon.
func parseStatus(status string) (m Memory, err error) {
	found := 0
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		into := map[string]*int64{"VmRSS": &m.Resident, "RssAnon": &m.Anonymous}[name]
		if into == nil {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
		if err != nil {
			return m, fmt.Errorf("/proc/PID/status: %w", err)
		}
		*into = kilobytes << 10
		found++
	}
	if found != 2 {
		return m, errors.New("/proc/PID/status: VmRSS and RssAnon are not both there")
	}
	return m, nil
}
