package envelope

import (
	"slices"
	"strconv"
	"strings"
)

// Fields reads the fields of a request one by one and keeps the first thing
// wrong with them; a missing or malformed field goes before one out of range.
// Read everything, then ask Err.
type Fields struct {
	list  []field     // in the order they were sent in
	first *firstError // shared with inner objects
	own   firstError  // of the outermost
	room  [8]field    // for list: few requests have more
}

// firstError is shared by Fields and the objects within: the first error of all is told.
type firstError struct{ err *Error }

// Err returns what is wrong, nil if nothing is.
func (f *Fields) Err() error {
	if f.first.err == nil {
		return nil
	}
	return f.first.err
}

// Action returns the name of the Action, "" if there is none.
func (f *Fields) Action() string {
	name, _ := f.text("Action")
	return name
}

// Unknown returns the error for an Action that does not exist.
func (f *Fields) Unknown() error {
	if f.Action() == "" {
		f.missing("Action")
	} else {
		f.fail(BadParam, "Action", "is unknown")
	}
	return f.Err()
}

// Text reads an optional text of at most limit bytes.
func (f *Fields) Text(name string, limit int) string {
	text, _ := f.text(name)
	if len(text) > limit {
		f.fail(BadParam, name, "is longer than "+strconv.Itoa(limit)+" bytes")
	}
	return text
}

// RequiredText reads a text of 1 to limit bytes.
func (f *Fields) RequiredText(name string, limit int) string {
	text := f.Text(name, limit)
	if text == "" {
		f.missing(name)
	}
	return text
}

// Int reads a required integer, a number or a numeric string. One too large for
// an int64 counts as the largest.
func (f *Fields) Int(name string) int64 {
	if f.absent(name) {
		f.missing(name)
		return 0
	}
	n, ok := parseInt(f.raw(name))
	if !ok {
		f.fail(BadParam, name, "is not an integer")
	}
	return n
}

// NotNegative reads a required integer of at least 0.
func (f *Fields) NotNegative(name string) int64 {
	n := f.Int(name)
	if n < 0 {
		f.fail(BadParam, name, "is negative")
	}
	return n
}

// OneOf reads a required integer that must be one of those allowed.
func (f *Fields) OneOf(name string, allowed ...int64) int64 {
	n := f.Int(name)
	if !slices.Contains(allowed, n) {
		f.fail(OutOfRange, name, "is out of range")
	}
	return n
}

// OptionalInt reads an integer that may be absent or null; ok tells if it is there.
func (f *Fields) OptionalInt(name string) (n int64, ok bool) {
	if f.absent(name) {
		return 0, false
	}
	return f.Int(name), true
}

// Object reads an optional object; absent and null are an empty one. f.Err tells if
// something inside it is wrong.
func (f *Fields) Object(name string) *Fields {
	inner := &Fields{first: f.first}
	if f.absent(name) {
		return inner
	}
	var ok bool
	if inner.list, ok = scanObject(inner.room[:0], f.raw(name)); !ok {
		f.fail(BadParam, name, "is not an object")
	}
	return inner
}

// Refuse records that a field does not go with another's value.
func (f *Fields) Refuse(name, reason string) { f.fail(OutOfRange, name, reason) }

// fail records that a field is wrong; an OutOfRange gives way to a BadParam.
func (f *Fields) fail(code Code, name, reason string) {
	if before := f.first.err; before == nil || before.Code == OutOfRange && code == BadParam {
		f.first.err = badParam(code, name, reason)
	}
}

// missing records that a required field is not there.
func (f *Fields) missing(name string) { f.fail(BadParam, name, "is null or empty") }

// absent reports whether a field is not there, null or "": clients mean the same by all.
func (f *Fields) absent(name string) bool {
	raw := f.raw(name)
	return raw == "" || raw == "null"
}

// raw returns the value of a field as it was sent, "" if it is absent. If a name comes
// twice, the last counts.
func (f *Fields) raw(name string) string {
	for _, one := range slices.Backward(f.list) {
		if one.name == name {
			return one.raw
		}
	}
	return ""
}

// text returns a string field, "" if absent; ok is false if it is no string.
func (f *Fields) text(name string) (text string, ok bool) {
	if f.absent(name) {
		return "", true
	}
	raw := f.raw(name)
	if raw[0] != '"' {
		f.fail(BadParam, name, "is not a string")
		return "", false
	}
	return strings.Clone(unquote(raw)), true // a name that is kept must not keep the whole request in memory
}
