package envelope

import (
	"strings"
)

// Loose reads a string, or a number as its text; anything else is "". It is for
// what others than clients send, where a bad field is no error.
func (f *Fields) Loose(name string) string {
	raw := f.raw(name)
	var text string
	switch {
	case len(raw) == 0:
	case raw[0] == '"':
		text, _ = f.text(name)
	case raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9':
		text = strings.Clone(raw)
	}
	return text
}

// LooseInt reads an integer; anything else is other.
func (f *Fields) LooseInt(name string, other int64) int64 {
	if raw := f.raw(name); raw != "" {
		if n, ok := parseInt(raw); ok {
			return n
		}
	}
	return other
}
