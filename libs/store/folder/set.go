package folder

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// setName is the file that lists what a data folder holds. People may read and
// edit it:
//
//	set KBVGH3YUT5SZC6QPDAVBY2FXKI
//	stream.db
//	counter.db
//
// A file is listed once it has been made, so one that is listed and missing was
// lost, and one that is neither listed nor there is yet to be made.
const setName = "set"

// members are the files that one process keeps side by side.
var members = []string{"counter.db", "room.db", "signing.db", "stream.db"}

// set is what a set file says.
type set struct {
	path  string
	id    string // "" if there is no set file
	files []string
	torn  bool // the last line has no end
}

func readSet(dir string) (set, error) {
	s := set{path: filepath.Join(dir, setName)}
	raw, err := os.ReadFile(s.path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("read the list of the set: %w", err)
	}
	s.torn = !strings.HasSuffix(string(raw), "\n")
	lines := bufio.NewScanner(strings.NewReader(string(raw)))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if id, ok := strings.CutPrefix(line, "set "); ok && s.id == "" {
			s.id = id
		} else if line != "" {
			s.files = append(s.files, line)
		}
	}
	if s.id == "" || lines.Err() != nil {
		return s, refusal(s.path, "is damaged", "restore it from a copy, or delete it if all files of the folder belong together")
	}
	return s, nil
}

// begin writes a set file with an id. Another process may do so at the same
// time: the first one's counts for both.
func (s *set) begin(id string, files []string) (err error) {
	text := "set " + id + "\n" + strings.Join(append(slices.Clone(files), ""), "\n")
	for range members { // each of the others may sweep up once before it finds a list
		if err = s.write(text); !errors.Is(err, os.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return err
	}
	*s, err = readSet(filepath.Dir(s.path))
	return err
}

func (s *set) write(text string) error {
	temporary, err := writeTemporary(s.path, text)
	if err != nil {
		return err
	}
	return publish(temporary, s.path)
}

func (s *set) lists(file string) bool { return slices.Contains(s.files, file) }

// add lists a file that has been made. A line that was not written to its end
// is none.
func (s *set) add(file string) error {
	list, err := os.OpenFile(s.path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("list a file of the set: %w", err)
	}
	line := file + "\n"
	if s.torn {
		line = "\n" + line
	}
	_, err = list.WriteString(line)
	if err := errors.Join(err, list.Sync(), list.Close()); err != nil {
		return fmt.Errorf("list a file of the set: %w", err)
	}
	s.files, s.torn = append(s.files, file), false
	return nil
}

// entry is a file of a service in a folder, whatever is in it.
type entry struct {
	name string
	size int64 // bytes
}

func present(dir string) (entries []entry) {
	for _, name := range members {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			entries = append(entries, entry{name, info.Size()})
		}
	}
	return entries
}

// listed are the files of a set that has no list. If there is more than one, a process kept
// them all.
func listed(dir, name string) []string {
	if len(present(dir)) > 1 {
		return members
	}
	return []string{name}
}

func newID() string { return rand.Text() }

func writeTemporary(path, text string) (temporary string, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+temporaryMark+"*")
	if err != nil {
		return "", fmt.Errorf("create %s: %w", path, err)
	}
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("create %s: %w", path, err), os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// temporaryMark is in the names of files that are not whole yet.
const temporaryMark = ".new-"

// publish gives a whole file its name, for good. If there is one of the name, it
// stays: another process has been faster. The error is ErrNotExist if another
// process has swept the temporary file away before.
func publish(temporary, path string) error {
	err := os.Link(temporary, path)
	if err != nil && !errors.Is(err, os.ErrExist) {
		if _, missing := os.Stat(path); errors.Is(missing, os.ErrNotExist) {
			return errors.Join(os.Rename(temporary, path), SyncName(path)) // no hard links here
		}
	}
	if err := os.Remove(temporary); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return SyncName(path)
}

// SyncName makes the name of a file durable.
func SyncName(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // there are file systems that cannot
	}
	return errors.Join(err, dir.Close())
}

// sweep removes what a process left that ended while it made a file.
func sweep(path string) {
	leftovers, _ := filepath.Glob(path + temporaryMark + "*") // the pattern is ours
	for _, leftover := range leftovers {
		_ = os.Remove(leftover) // the next start tries again
	}
}
