package upgrade_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// pack puts the files of a data folder into one, but those that tell of a process. A file
// of bbolt is mostly empty.
func pack(t *testing.T, dir, path string) {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	files := tar.NewWriter(zipped)
	for _, pattern := range []string{"*.db", "set"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		must(t, err)
		for _, path := range paths {
			content := read(t, path)
			must(t, files.WriteHeader(&tar.Header{Name: filepath.Base(path), Mode: 0o600, Size: int64(len(content))}))
			_, err = files.Write(content)
			must(t, err)
		}
	}
	must(t, errors.Join(files.Close(), zipped.Close()))
	write(t, path, packed.Bytes())
}

// unpack is the reverse of pack.
func unpack(t *testing.T, path, dir string) {
	t.Helper()
	zipped, err := gzip.NewReader(bytes.NewReader(read(t, path)))
	must(t, err)
	for files := tar.NewReader(zipped); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		must(t, err)
		content, err := io.ReadAll(files)
		must(t, err)
		write(t, filepath.Join(dir, filepath.Base(header.Name)), content)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	return content
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	must(t, os.WriteFile(path, content, 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
