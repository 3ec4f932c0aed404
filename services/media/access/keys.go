// Package access says who may push and play: those whose URL was signed with the key, and
// is for a stream that is not forbidden.
package access

import (
	"crypto/md5" // the live platform's choice
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/fresh"
)

// Why a URL is refused.
var (
	ErrSignature = errors.New("txSecret or txTime is missing or wrong")
	ErrExpired   = errors.New("txTime has passed")
	ErrStream    = errors.New("no stream id of 1 to 512 of a-z, 0-9, _ and -")
)

// streamPattern is what the signing service makes of a user id, and nothing that means something in a path or a URL.
var streamPattern = regexp.MustCompile(`^[a-z0-9_-]{1,512}$`)

// CheckStream returns ErrStream for what cannot be a stream id. What it lets through stands in
// paths, file names and playlists as it is.
func CheckStream(stream string) error {
	if !streamPattern.MatchString(stream) {
		return ErrStream
	}
	return nil
}

// Key verifies URLs. It is read again when its file changes, and the one before stays
// good: URLs that were signed with it are still about. It is safe for concurrent use.
type Key struct {
	value *fresh.Value[string] // nil: every URL is good

	mu                sync.Mutex
	current, previous string
}

// NewKey reads the key that is configured under a name. Without one it is a Key that verifies
// everything. A file that cannot be read, or is empty, is an error that names the key.
func NewKey(name string, source config.Secret, log *slog.Logger) (*Key, error) {
	if source.Value == "" && source.File == "" {
		return &Key{}, nil
	}
	read := func() ([][]byte, error) {
		text, err := source.Read()
		return [][]byte{[]byte(text)}, err
	}
	value, err := fresh.New(name, read, func(contents [][]byte) (string, error) {
		if len(contents[0]) == 0 {
			return "", config.Errorf("%s_file: the file is empty", name)
		}
		return string(contents[0]), nil
	}, log)
	if err != nil {
		return nil, config.Errorf("%s: %w", name, err)
	}
	return &Key{value: value}, nil
}

// Asks reports whether there is a key.
func (k *Key) Asks() bool { return k.value != nil }

// Current is the key to sign with, "" if there is none.
func (k *Key) Current() string { return k.keys()[0] }

// keys are the current key and the one before, "" for none. It notices a change when it is
// asked, so two changes between two questions leave out the one between.
func (k *Key) keys() [2]string {
	if k.value == nil {
		return [2]string{}
	}
	key := k.value.Get()
	k.mu.Lock()
	defer k.mu.Unlock()
	if key != k.current {
		k.current, k.previous = key, k.current
	}
	return [2]string{k.current, k.previous}
}

// Verify returns nil if txSecret was made with the key for the stream and the time, and
// that has not passed. It takes as long for every wrong secret.
func (k *Key) Verify(stream, secret, expires string, now time.Time) error {
	if !k.Asks() {
		return nil
	}
	given, equal := []byte(strings.ToLower(secret)), 0
	for _, key := range k.keys() {
		if key != "" {
			sum := md5.Sum([]byte(key + stream + expires))
			equal |= subtle.ConstantTimeCompare(given, []byte(hex.EncodeToString(sum[:])))
		}
	}
	if equal != 1 {
		return ErrSignature
	}
	// After the secret, which covers it: what is wrong with the time is told to nobody who lacks
	// the key.
	until, err := strconv.ParseInt(expires, 16, 64)
	switch {
	case err != nil:
		return ErrSignature
	case now.Unix() > until:
		return ErrExpired
	default:
		return nil
	}
}
