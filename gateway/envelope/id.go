package envelope

import (
	"strconv"
	"strings"
	"unicode"
)

// Limits of the protocol, in bytes.
const (
	MaxID   = 128
	MaxText = 512
	MaxURL  = 2048
)

// ValidID reports whether id could be read by ID.
func ValidID(id string) bool {
	return id != "" && len(id) <= MaxID && !strings.ContainsFunc(id, unicode.IsControl)
}

// checkID returns id, and records what is wrong with it: it is too long, or not plain text.
func (f *Fields) checkID(name, id string) string {
	switch {
	case len(id) > MaxID:
		f.fail(BadParam, name, "is longer than "+strconv.Itoa(MaxID)+" bytes")
	case strings.ContainsFunc(id, unicode.IsControl):
		f.fail(BadParam, name, "has control characters")
	}
	return id
}

// UserID reads a required user id, which may arrive as a JSON integer.
func (f *Fields) UserID(name string) string {
	if raw := f.raw(name); isInteger(raw) {
		return f.checkID(name, strings.Clone(raw))
	}
	return f.ID(name)
}

// ID reads a required id.
func (f *Fields) ID(name string) string {
	id, ok := f.text(name)
	if ok && id == "" {
		f.missing(name)
		return ""
	}
	return f.checkID(name, id)
}

// OptionalID reads an id that may be absent, null or empty.
func (f *Fields) OptionalID(name string) string {
	id, _ := f.text(name)
	return f.checkID(name, id)
}
