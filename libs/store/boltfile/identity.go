package boltfile

import (
	"errors"
	"fmt"
	"os"
)

// Identity tells whether a path still leads to the file that it led to. A data
// folder that was deleted or replaced keeps an open file alive, where nobody
// will ever find what is written to it.
type Identity struct {
	path   string
	opened os.FileInfo
}

// Identify takes the identity of the file that path leads to now.
func Identify(path string) (Identity, error) {
	opened, err := os.Stat(path)
	return Identity{path, opened}, err
}

// Check returns an error if the path leads nowhere or to another file.
func (i Identity) Check() error {
	found, err := os.Stat(i.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s was deleted while it was in use: put the data folder back and restart the process", i.path)
	case err != nil:
		return fmt.Errorf("%s cannot be looked at any more: %w", i.path, err)
	case !os.SameFile(i.opened, found):
		return fmt.Errorf("%s was replaced while it was in use: restart the process to use the file that is there now", i.path)
	}
	return nil
}
