package boltfile

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// The owner file stands beside the data and says who holds the lock. It is
// a hint for people: the lock itself is bbolt's.
func ownerPath(path string) string { return path + ".owner" }

// writeOwner says that it is this process that holds the file.
func writeOwner(path string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	text := fmt.Sprintf("process %d (%s) on %s since %s\n",
		os.Getpid(), os.Args[0], host, time.Now().UTC().Format(time.RFC3339))
	return os.WriteFile(ownerPath(path), []byte(text), 0o600)
}

// ErrInUse is of a file that another process holds.
var ErrInUse = errors.New("in use")

// InUse is the error about a file that another process holds, and names it. It wraps
// ErrInUse.
func InUse(path string) error { return fmt.Errorf("%s is %w by %s", path, ErrInUse, readOwner(path)) }

// readOwner returns who holds the file, as that process has written it.
func readOwner(path string) string {
	text, err := os.ReadFile(ownerPath(path))
	if err != nil || len(text) == 0 {
		return "another process"
	}
	return strings.TrimSpace(string(text))
}
