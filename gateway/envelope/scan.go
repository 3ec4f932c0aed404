package envelope

import (
	"encoding/json"
	"strings"
)

// maxDepth is how deep arrays and objects may be in each other, the standard
// decoder's own limit.
const maxDepth = 10_000

// field is one member of an object: its name, and its value as it was sent.
type field struct{ name, raw string }

// scanner reads JSON by the letter of RFC 8259, as the standard decoder does, and
// copies nothing. It is a position in text.
type scanner struct {
	text string
	at   int
}

// scanObject appends the members of the object that text is, in order. The fields
// refer to text; ok is false for anything else than one object.
func scanObject(fields []field, text string) (_ []field, ok bool) {
	s := scanner{text: text}
	s.space()
	if !s.take('{') {
		return nil, false
	}
	ok = s.members('}', func() bool {
		name, ok := s.name()
		if !ok {
			return false
		}
		begin := s.at
		if !s.value(1) {
			return false
		}
		fields = append(fields, field{name: name, raw: text[begin:s.at]})
		return true
	})
	s.space()
	return fields, ok && s.at == len(text)
}

// members reads what stands between brackets, after the first of them.
func (s *scanner) members(end byte, member func() bool) bool {
	s.space()
	if s.take(end) {
		return true
	}
	for member() {
		s.space()
		if s.take(end) {
			return true
		}
		if !s.take(',') {
			return false
		}
		s.space()
	}
	return false
}

// name reads a member's name, up to its value.
func (s *scanner) name() (name string, ok bool) {
	begin := s.at
	if !s.quoted() {
		return "", false
	}
	name = unquote(s.text[begin:s.at])
	s.space()
	ok = s.take(':')
	s.space()
	return name, ok
}

// value reads a value that is so deep in others.
func (s *scanner) value(depth int) bool {
	if s.at == len(s.text) {
		return false
	}
	switch s.text[s.at] {
	case '"':
		return s.quoted()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	case '{', '[':
		return depth < maxDepth && s.nested(depth+1)
	default:
		return s.number()
	}
}

// nested passes over an object or an array. depth is that of what is within.
func (s *scanner) nested(depth int) bool {
	if s.take('[') {
		return s.members(']', func() bool { return s.value(depth) })
	}
	return s.take('{') && s.members('}', func() bool {
		_, ok := s.name()
		return ok && s.value(depth)
	})
}

// quoted reads a string, with its quotes.
func (s *scanner) quoted() bool {
	if !s.take('"') {
		return false
	}
	for s.at < len(s.text) {
		c := s.text[s.at]
		s.at++
		switch {
		case c == '"':
			return true
		case c < ' ':
			return false
		case c == '\\' && !s.escape():
			return false
		}
	}
	return false
}

// escape reads what follows a backslash.
func (s *scanner) escape() bool {
	if s.at == len(s.text) {
		return false
	}
	switch s.text[s.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at++
		return true
	case 'u':
		_, ok := escaped(s.text[s.at:])
		s.at += len("u0000") // past the end only where it is none
		return ok
	default:
		return false
	}
}

// number passes over a number, as RFC 8259 has it.
func (s *scanner) number() bool {
	s.take('-')
	if !s.take('0') && !s.digits() {
		return false
	}
	if s.take('.') && !s.digits() {
		return false
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		return s.digits()
	}
	return true
}

// digits reads one or more.
func (s *scanner) digits() bool {
	begin := s.at
	for s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9' {
		s.at++
	}
	return s.at > begin
}

// word passes over true, false or null.
func (s *scanner) word(word string) bool {
	if len(s.text)-s.at < len(word) || s.text[s.at:s.at+len(word)] != word {
		return false
	}
	s.at += len(word)
	return true
}

// take passes over a byte if it is c.
func (s *scanner) take(c byte) bool {
	if s.at == len(s.text) || s.text[s.at] != c {
		return false
	}
	s.at++
	return true
}

// space passes over white space.
func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// unquote returns the text of a well-formed JSON string. Without an escape in it
// that is part of raw.
func unquote(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	return unescape(raw)
}

// unescape returns the text of a JSON string, without its quotes.
func unescape(raw string) (text string) {
	if json.Unmarshal([]byte(raw), &text) != nil {
		return "" // it has been scanned, so it is well-formed
	}
	return text
}
