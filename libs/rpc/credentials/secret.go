package credentials

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"strings"

	"xiaozhibo.dev/libs/config"
	"xiaozhibo.dev/libs/fresh"
)

const (
	scheme    = "Bearer " // of the header Authorization, which proxies and tools keep out of their logs
	minSecret = 16
	maxSecret = 1024 // a header has to hold it
)

// secret is what a file of one line or two says.
type secret struct {
	sent  string              // the header's value
	known [][sha256.Size]byte // of all values that are good
}

// Secret is one that callers show in the header Authorization. It is safe for
// concurrent use.
type Secret struct{ value *fresh.Value[secret] }

// NewSecret reads the secret that is configured under a key. The error names the key.
func NewSecret(key string, source config.Secret, log *slog.Logger) (*Secret, error) {
	value, err := newSecret(key, source, log)
	return &Secret{value}, err
}

// Accept reports whether the value of the header Authorization is good.
func (s *Secret) Accept(authorization []byte) bool { return s.value.Get().is(authorization) }

func newSecret(key string, source config.Secret, log *slog.Logger) (*fresh.Value[secret], error) {
	read := func() ([][]byte, error) {
		text, err := source.Read()
		return [][]byte{[]byte(text)}, err
	}
	value, err := fresh.New(key, read, func(contents [][]byte) (secret, error) {
		parsed, err := parse(string(contents[0]))
		if err == nil {
			log.Info(key+" loaded", "good", len(parsed.known))
		}
		return parsed, err
	}, log)
	if err != nil {
		return nil, config.Errorf("%s: %w", key, err)
	}
	return value, nil
}

// parse tells nothing of the text in its errors.
func parse(text string) (s secret, err error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		switch {
		case len(line) < minSecret:
			return s, errors.New("a line has fewer than 16 characters")
		case len(line) > maxSecret:
			return s, errors.New("a line has more than 1024 characters")
		case strings.ContainsFunc(line, func(r rune) bool { return r <= ' ' || r > '~' }):
			return s, errors.New("a line has a space, or what is not printable ASCII")
		}
		if len(s.known) == 0 {
			s.sent = scheme + line
		}
		s.known = append(s.known, sha256.Sum256([]byte(scheme+line)))
	}
	switch len(s.known) {
	case 0:
		return s, errors.New("is empty")
	case 1, 2:
		return s, nil
	default:
		return s, errors.New("has more than two lines")
	}
}

// is compares digests, and all of them: the time it takes tells neither how long
// a secret is nor how much of it was right.
func (s secret) is(sent []byte) bool {
	sum, equal := sha256.Sum256(sent), 0
	for _, known := range s.known {
		equal |= subtle.ConstantTimeCompare(sum[:], known[:])
	}
	return equal == 1
}
