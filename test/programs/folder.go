package programs

import (
	"fmt"
	"os"
	"path/filepath"
)

// Folder makes an empty folder for data, whose name begins as prefix says, in dir, which is
// made too. The path is absolute. Remove it when done.
func Folder(dir, prefix string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("the folder for data: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the folder for data: %w", err)
	}
	folder, err := os.MkdirTemp(dir, prefix)
	if err != nil {
		return "", fmt.Errorf("make the folder for data: %w", err)
	}
	return folder, nil
}
