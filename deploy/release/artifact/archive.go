package artifact

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// entry is a file of an archive, or a folder.
type entry struct {
	name  string // with slashes; that of a folder ends with one
	mode  int64
	owner int    // user and group
	path  string // file that holds the bytes; "" is bytes
	bytes []byte
}

// writeTar writes the entries in the order of their names.
func writeTar(to io.Writer, created time.Time, entries []entry) error {
	entries = slices.SortedFunc(slices.Values(entries), func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	archive := tar.NewWriter(to)
	for _, e := range entries {
		if err := e.writeTo(archive, created); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return archive.Close()
}

func (e entry) writeTo(archive *tar.Writer, created time.Time) error {
	content := e.bytes
	if e.path != "" {
		var err error
		if content, err = os.ReadFile(e.path); err != nil {
			return err
		}
	}
	kind := byte(tar.TypeReg)
	if e.name[len(e.name)-1] == '/' {
		kind = tar.TypeDir
	}
	header := &tar.Header{
		Typeflag: kind, Name: e.name, Mode: e.mode, Uid: e.owner, Gid: e.owner,
		Size: int64(len(content)), ModTime: created.Truncate(time.Second), Format: tar.FormatUSTAR,
	}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err := archive.Write(content)
	return err
}

// compress writes what write does, compressed. The header of the compressed has no name and no time.
func compress(to io.Writer, write func(io.Writer) error) error {
	compressed := gzip.NewWriter(to)
	if err := write(compressed); err != nil {
		return err
	}
	return compressed.Close()
}

// compressed writes an archive to a new file.
func (r *Release) compressed(file string, entries []entry) error {
	return create(file, func(to io.Writer) error {
		return compress(to, func(to io.Writer) error { return writeTar(to, r.Created, entries) })
	})
}

// create makes a new file of what write writes.
func create(file string, write func(io.Writer) error) error {
	target, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644) //nolint:gosec // it is to be read by all
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	if err := write(target); err != nil {
		_ = target.Close()
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := target.Close(); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
