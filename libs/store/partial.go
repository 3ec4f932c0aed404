package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// partialSuffix is in the name of an archive that is not whole yet.
const partialSuffix = ".partial"

// openPartial opens the file that is to become path, empty. It is locked until it is
// closed: of two backups into one file, the second would spoil what the first has called
// whole. A target that cannot be replaced by a file is refused before anything is read.
func openPartial(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is there and is no file: name another -output, or - for standard output", path)
	}
	file, err := os.OpenFile(path+partialSuffix, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := claimPartial(file, path); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func claimPartial(file *os.File, path string) error {
	busy := fmt.Errorf("another backup into %s is under way", path)
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return busy
		}
		return fmt.Errorf("lock %s: %w", file.Name(), err)
	}
	ours, err := file.Stat()
	if err != nil {
		return err
	}
	// Between our opening and our lock the other one may have given it its name.
	if named, err := os.Stat(file.Name()); err != nil || !os.SameFile(ours, named) {
		return busy
	}
	return file.Truncate(0)
}
