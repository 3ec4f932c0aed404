// Package envelope is the published wire format: JSON objects in, and
// {"returnValue", "returnMsg", "returnData"} out, with the leniency that the
// released clients need and no more.
package envelope

import (
	"bytes"
	"encoding/json"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxBody is the longest request, in bytes.
const MaxBody = 65536

var byteOrderMark = []byte("\xef\xbb\xbf")

// Parse returns the fields of a request. The error is BadBody for what is not
// one JSON object in clean UTF-8 of at most MaxBody bytes. Names are taken as
// they are; of a name that stands twice the last counts. Nothing returned
// refers to body.
func Parse(body []byte) (*Fields, error) {
	switch {
	case len(body) == 0:
		return nil, &Error{BadBody, "request body is empty!"}
	case len(body) > MaxBody:
		return nil, &Error{BadBody, "request body is too long!"}
	case !utf8.Valid(body) || hasLoneSurrogate(body):
		return nil, &Error{BadBody, "request body is not valid UTF-8!"}
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(bytes.TrimPrefix(body, byteOrderMark), &raw); err != nil || raw == nil {
		return nil, &Error{BadBody, "request body is not a json object!"}
	}
	return &Fields{raw: raw, first: &firstError{}}, nil
}

// hasLoneSurrogate reports whether an escape names half a character. The decoder
// would put U+FFFD there, and make two different ids one.
func hasLoneSurrogate(body []byte) bool {
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			continue
		}
		i++ // the escaped character; \\u is no escape of u
		r, ok := escaped(body, i)
		if !ok || !utf16.IsSurrogate(r) {
			continue
		}
		low, ok := rune(0), i+5 < len(body) && body[i+5] == '\\'
		if ok {
			low, ok = escaped(body, i+6)
		}
		if !ok || utf16.DecodeRune(r, low) == utf8.RuneError {
			return true
		}
		i += 10 // past uXXXX\uXXXX, less the loop's own step
	}
	return false
}

// escaped returns the code unit of the uXXXX at body[i:].
func escaped(body []byte, i int) (rune, bool) {
	if i+5 > len(body) || body[i] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range body[i+1 : i+5] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
