package signing

import (
	"log/slog"
	"sync"
	"time"

	"xiaozhibo.dev/libs/config"
)

// lookEvery bounds how often a key file is read.
const lookEvery = time.Second

// keyring holds one key and the one before it: what was signed a moment before a change of the key
// still comes in after it. A key file is opened by its path
// each time, as Kubernetes replaces it by changing a link. It should be replaced
// as a whole, by renaming: half a key would be taken for a new one.
type keyring struct {
	name   string // configuration key, for the log
	source config.Secret
	log    *slog.Logger

	mu       sync.Mutex
	current  string // "": none
	previous string // "": none
	looked   time.Time
	failing  bool // the last look found no key
}

// newKeyring reads the key of that name for the first time. There is no key before it, so
// after a restart only the current key verifies.
func newKeyring(name string, source config.Secret, now time.Time, log *slog.Logger) (*keyring, error) {
	key, err := readKey(name, source)
	if err != nil {
		return nil, err
	}
	return &keyring{name: name, source: source, log: log, current: key, looked: now}, nil
}

// readKey returns "" if there is no key. A file without one is an error: an
// unsigned URL must be asked for.
func readKey(name string, source config.Secret) (string, error) {
	key, err := source.Read()
	if err == nil && key == "" && source.File != "" {
		err = config.Errorf("%s_file: the file is empty", name)
	}
	return key, err
}

// key returns the key to sign with, "" if there is none. The previous key signs nothing any more.
func (r *keyring) key(now time.Time) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.look(now)
	return r.current
}

// keys returns all keys that verify: none, one, or the current and the previous.
func (r *keyring) keys(now time.Time) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.look(now)
	switch {
	case r.current == "":
		return nil
	case r.previous == "":
		return []string{r.current}
	default:
		return []string{r.current, r.previous}
	}
}

// look takes a changed key from the file, once a second at most. While there is none to be
// read, the last one stays, and the log says so once and not every second. The caller holds
// the lock: whoever signs meanwhile waits for one small file.
func (r *keyring) look(now time.Time) {
	since := now.Sub(r.looked)
	if r.source.File == "" || 0 <= since && since < lookEvery { // negative: the clock was set back
		return
	}
	r.looked = now
	key, err := readKey(r.name, r.source)
	switch {
	case err != nil && !r.failing:
		r.log.Warn("key file cannot be read, the last key stays in use", "key", r.name, "err", err)
	case err == nil && key != r.current:
		r.current, r.previous = key, r.current
		r.log.Info("key changed", "key", r.name)
	}
	r.failing = err != nil
}
