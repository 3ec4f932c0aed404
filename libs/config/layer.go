package config

import (
	"encoding"
	"errors"
	"flag"
	"slices"
	"strings"
	"time"
)

// setting is one value that one source gives to one flag.
type setting struct {
	flag   string
	text   string
	source string // where it stands, for errors: "environment XZB_LIVE_TTL"
}

// layer is all that one source gives, in its order.
type layer []setting

// apply sets the flags, each to the last value that the layer has for it.
func (l layer) apply(fs *flag.FlagSet) error {
	l = l.given(fs)
	problems := l.rivals(fs)
	for _, s := range l {
		if err := fs.Set(s.flag, s.text); err != nil {
			problems = append(problems, Errorf("%s: %s", s.source, expected(fs.Lookup(s.flag), err)))
		}
	}
	return errors.Join(problems...)
}

// given leaves out what templates fill in with nothing: an empty file name, and
// an empty secret beside its file. Neither may take a key away unnoticed.
func (l layer) given(fs *flag.FlagSet) layer {
	var kept layer
	named := make(map[string]bool) // secrets whose file is named
	for _, s := range l {
		_, isFile := fs.Lookup(s.flag).Value.(*secretFile)
		if isFile && s.text == "" {
			continue
		}
		if isFile {
			named[strings.TrimSuffix(s.flag, fileSuffix)] = true
		}
		kept = append(kept, s)
	}
	return slices.DeleteFunc(kept, func(s setting) bool { return s.text == "" && named[s.flag] })
}

// rivals finds secrets given both as a value and as a file: neither is the last
// word within one layer. Between layers the higher one replaces both.
func (l layer) rivals(fs *flag.FlagSet) (problems []error) {
	values := make(map[string]setting)
	for _, s := range l {
		values[s.flag] = s
	}
	for _, s := range l {
		if _, isFile := fs.Lookup(s.flag).Value.(*secretFile); !isFile {
			continue
		}
		if value, both := values[strings.TrimSuffix(s.flag, fileSuffix)]; both {
			problems = append(problems, Errorf("%s and %s: give one of the two", value.source, s.source))
		}
	}
	return problems
}

// expected says what a flag takes. It shows nothing of what was given: the text
// may be a secret in the wrong place.
func expected(f *flag.Flag, err error) string {
	getter, ok := f.Value.(flag.Getter)
	if !ok {
		return err.Error()
	}
	switch getter.Get().(type) {
	case time.Duration:
		return "must be a duration such as 90s, 10m or 24h"
	case bool:
		return "must be true or false"
	case int, int64:
		return "must be a whole number"
	case uint, uint64:
		return "must be a whole number, not negative"
	case float64:
		return "must be a number"
	case encoding.TextUnmarshaler:
		_, meaning := flag.UnquoteUsage(f)
		return "must be: " + meaning
	default:
		return err.Error()
	}
}

// isBool reports whether a flag may stand without a value, as flag.FlagSet asks it.
func isBool(value flag.Value) bool {
	b, ok := value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}
