package envelope

import (
	"strconv"
	"unicode/utf8"
)

// Data is a returnData. It writes itself, at the end of dst, as a JSON object.
type Data interface {
	AppendJSON(dst []byte) []byte
}

// AppendText appends what stands before a string, such as `,"title":`, and the
// string. It is quoted as the standard encoder does it without HTML escaping.
func AppendText(dst []byte, before, text string) []byte {
	dst = append(dst, before...)
	return appendQuoted(dst, text)
}

// AppendInt appends what stands before an integer, and the integer.
func AppendInt(dst []byte, before string, n int64) []byte {
	dst = append(dst, before...)
	return strconv.AppendInt(dst, n, 10)
}

const hex = "0123456789abcdef"

// plain has the bytes that stand in a JSON string as they are, each a character of its own.
var plain = func() (plain [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// appendQuoted appends a text as a JSON string.
func appendQuoted(dst []byte, text string) []byte {
	dst = append(dst, '"')
	done := 0 // what is before this is in dst
	for i := 0; i < len(text); {
		c := text[i]
		if plain[c] {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(text[i:]); !escapedRune(r, size) {
				i += size
				continue
			}
			dst = append(dst, text[done:i]...)
			dst = appendUnit(dst, r)
		} else {
			dst = append(dst, text[done:i]...)
			dst = appendEscaped(dst, c)
		}
		i += size
		done = i
	}
	dst = append(dst, text[done:]...)
	return append(dst, '"')
}

// escapedRune tells what is beyond ASCII and escaped all the same: bytes that are
// no character, and two line breaks that JavaScript did not allow in strings.
func escapedRune(r rune, size int) bool {
	return r == utf8.RuneError && size == 1 || r == '\u2028' || r == '\u2029'
}

// appendEscaped appends a byte that JSON does not allow as it is.
func appendEscaped(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	default:
		return appendUnit(dst, rune(c))
	}
}

// appendUnit appends half a surrogate pair, or another UTF-16 unit, as \uXXXX.
func appendUnit(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hex[r>>12&0xf], hex[r>>8&0xf], hex[r>>4&0xf], hex[r&0xf])
}
