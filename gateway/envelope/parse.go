// Package envelope is the published wire format: JSON objects in, and {"returnValue",
// "returnMsg", "returnData"} out, with the leniency that the released clients need and no more.
//
// Parse reads the body of a request into Fields. An Action reads its fields from them by name
// and kind, and asks Err once: the first thing that is wrong is the answer. Success and Failure
// make the reply. Failure is the one place where the codes of apierr become a returnValue, and
// where it is decided what of an error leaves the process.
//
// It is a JSON reader of its own, because encoding/json matches names in any case and repairs
// broken text: two different ids would become one.
package envelope

import (
	"bytes"
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
	f := &Fields{}
	var ok bool
	if f.list, ok = scanObject(f.room[:0], string(bytes.TrimPrefix(body, byteOrderMark))); !ok {
		return nil, &Error{BadBody, "request body is not a json object!"}
	}
	f.first = &f.own
	return f, nil
}

// hasLoneSurrogate reports whether an escape names half a character. The decoder
// would put U+FFFD there, and make two different ids one.
func hasLoneSurrogate(body []byte) bool {
	for {
		at := bytes.IndexByte(body, '\\')
		if at < 0 || at+1 == len(body) {
			return false
		}
		escape := body[at+1:] // of \\u this is \u, no escape of u
		body = escape[1:]
		r, ok := escaped(escape)
		if !ok || !utf16.IsSurrogate(r) {
			continue
		}
		const unit = len("u0000")
		rest, found := bytes.CutPrefix(escape[unit:], []byte(`\`))
		low, ok := escaped(rest)
		if !found || !ok || utf16.DecodeRune(r, low) == utf8.RuneError {
			return true
		}
		body = rest[unit:]
	}
}

// escaped returns the code unit of the uXXXX that text begins with.
func escaped[T string | []byte](text T) (rune, bool) {
	if len(text) < 5 || text[0] != 'u' {
		return 0, false
	}
	var r rune
	for i := 1; i < 5; i++ {
		switch c := text[i]; {
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
