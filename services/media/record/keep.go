package record

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// Sweep removes the recordings that are too old, and the oldest of too many bytes. A recording is as old as its last frame,
// which is the time of its file. What grows counts among the bytes and is not removed.
func (r *Recordings) Sweep(context.Context) error {
	files, total, err := r.list()
	if err != nil {
		return err
	}
	for _, file := range files {
		old := r.options.Now().Sub(file.ModTime()) > r.options.TTL
		if !old && total <= r.options.MaxBytes {
			continue
		}
		if err := os.Remove(filepath.Join(r.options.Dir, file.Name())); err != nil {
			return fmt.Errorf("recordings: %w", err)
		}
		total -= file.Size()
		r.options.Log.Info("a recording is removed", "file", file.Name(), "old", old, "bytes", file.Size())
	}
	return nil
}

// list returns the recordings that are whole, the oldest first, and the bytes of all that
// is in the folder.
func (r *Recordings) list() (files []os.FileInfo, total int64, err error) {
	entries, err := os.ReadDir(r.options.Dir)
	if err != nil {
		return nil, 0, fmt.Errorf("recordings: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			continue // it has just been removed
		}
		total += info.Size()
		left := strings.HasSuffix(info.Name(), ".flv") && r.options.Now().Sub(info.ModTime()) > r.options.TTL // nobody could finish it
		if left || strings.HasSuffix(info.Name(), ".mp4") {
			files = append(files, info)
		}
	}
	sort.Slice(files, func(i, j int) bool { return files[i].ModTime().Before(files[j].ModTime()) })
	return files, total, nil
}

// ServeHTTP answers with a recording, or with ranges of it. Only names that a recording can have
// are looked for, so no path leads out of the folder.
func (r *Recordings) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	id, is := strings.CutSuffix(request.PathValue("file"), ".mp4")
	if !is || !idPattern.MatchString(id) {
		http.NotFound(w, request)
		return
	}
	file, err := os.Open(r.path(id, ".mp4"))
	if err != nil {
		http.NotFound(w, request)
		return
	}
	defer file.Close() //nolint:errcheck // it was read
	info, err := file.Stat()
	if err != nil {
		http.Error(w, "the recording cannot be read", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "video/mp4")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeContent(w, request, "", info.ModTime().Truncate(time.Second), file)
}
