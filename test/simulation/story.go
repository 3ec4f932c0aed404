package simulation

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"xiaozhibo.dev/test/simulation/model"
)

// story is the log of a run.
type story struct {
	keep  bool
	lines []line
}

type line struct {
	text  string
	about any // *model.Request, the bytes of a call, or nil: it is about everybody
}

// tell adds a line to the log.
func (w *world) tell(about any, format string, args ...any) {
	if w.story.keep {
		at := time.Since(w.began).Seconds()
		w.story.lines = append(w.story.lines, line{fmt.Sprintf("%9.3f  ", at) + fmt.Sprintf(format, args...), about})
	}
}

// Log is every line.
func (s *story) log() string {
	var all strings.Builder
	for _, l := range s.lines {
		all.WriteString(l.text)
		all.WriteByte('\n')
	}
	return all.String()
}

// of are the lines about these ids, and those about everybody.
func (s *story) of(ids []string) string {
	short := &story{}
	for _, l := range s.lines {
		if l.concerns(ids) {
			short.lines = append(short.lines, l)
		}
	}
	return short.log()
}

func (l line) concerns(ids []string) bool {
	switch about := l.about.(type) {
	case *model.Request:
		return slices.ContainsFunc(ids, about.Names)
	case []byte:
		return slices.ContainsFunc(ids, func(id string) bool { return bytes.Contains(about, []byte(id)) })
	default:
		return true
	}
}
