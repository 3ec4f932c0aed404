// Package disk writes small files so that each is there as a whole or not at all, whenever
// the process or the machine ends. A file is written under another name, synced, renamed, and
// then its folder is synced: each step is useless without the one before.
package disk

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// WriteJSON writes a value under a name. When it returns the file is on disk. After an error
// it holds the value before or this one. Two calls for one name must not run at once.
func WriteJSON(name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	part := name + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return Rename(part, name)
}

// ReadJSON reads what WriteJSON wrote. The error is os.ErrNotExist if there is no such file.
func ReadJSON(name string, value any) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Rename gives a file that is on disk its name, and makes that last.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(to))
}

// SyncFolder makes the names in a folder last.
func SyncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
