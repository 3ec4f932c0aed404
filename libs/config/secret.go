package config

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// fileSuffix is that of the twin that names a file, and mask what is shown in place of a secret
// that is set.
const (
	fileSuffix = "-file"
	mask       = "***"
)

// Secret is a flag.Value that can be given itself or as a file that holds it.
// However it is printed, logged or marshalled it shows "***", or nothing if it
// is not set. (fmt reads past that in an unexported field: keep secrets in
// exported ones.)
type Secret struct {
	Value string
	File  string // a path, for Read; "" if the secret is in Value

	key string // of the file, for errors
}

// SecretVar registers name and its twin name-file; whichever is set last
// replaces the other. A secret has no default.
func SecretVar(fs *flag.FlagSet, s *Secret, name, usage string) {
	*s = Secret{key: yamlKey(name + fileSuffix)}
	fs.Var(s, name, usage)
	fs.Var((*secretFile)(s), name+fileSuffix, "file that holds -"+name)
}

// Read returns the secret, "" if none is set. A file is read anew every time,
// and its last newline is dropped. The error is an *Error.
func (s Secret) Read() (string, error) {
	if s.File == "" {
		return s.Value, nil
	}
	content, err := os.ReadFile(s.File)
	if err != nil {
		return "", Errorf("%s: %w", cmp.Or(s.key, "secret"), err)
	}
	text, ended := strings.CutSuffix(string(content), "\n")
	if ended {
		text = strings.TrimSuffix(text, "\r")
	}
	return text, nil
}

// Set makes text the secret; it never fails.
func (s *Secret) Set(text string) error {
	s.Value, s.File = text, ""
	return nil
}

// String returns the mask, as do all methods below.
func (s Secret) String() string {
	if s.Value == "" && s.File == "" {
		return ""
	}
	return mask
}

// Format is for the verbs of fmt that do not ask for a string, such as %d.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// GoString is for debuggers and the like; fmt itself uses Format.
func (s Secret) GoString() string { return s.String() }

// LogValue is for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is for YAML, XML and the keys of JSON maps.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON is for JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// secretFile is the twin flag of a Secret.
type secretFile Secret

// Set makes the file the secret's; it never fails, as the file is read by Read.
func (s *secretFile) Set(path string) error {
	s.Value, s.File = "", path
	return nil
}

// String returns the path, which is no secret.
func (s *secretFile) String() string { return s.File }
