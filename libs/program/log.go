package program

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"

	"xiaozhibo.dev/libs/telemetry"
)

// LogFormat is a flag.Value for what a line of the log looks like.
type LogFormat string

// The formats: JSON for machines, text for people, and which of them depends on whether
// somebody looks at a terminal.
const (
	LogAuto LogFormat = "auto"
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Set takes one of the formats.
func (f *LogFormat) Set(text string) error {
	switch format := LogFormat(text); format {
	case LogAuto, LogText, LogJSON:
		*f = format
		return nil
	default:
		return errors.New("must be auto, text or json")
	}
}

// String spells the format as Set takes it.
func (f *LogFormat) String() string {
	if f == nil || *f == "" {
		return string(LogAuto)
	}
	return string(*f)
}

const (
	red      = 9
	atWhat   = time.TimeOnly // of the day: who looks at a terminal knows which
	noColour = "NO_COLOR"    // see no-color.org
)

// log writes lines in the format, coloured for a terminal.
func (p *Program) log(to io.Writer, format LogFormat, level slog.Level) *slog.Logger {
	seen := terminal(to)
	if format == LogJSON || format != LogText && !seen {
		lines := slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level})
		return slog.New(telemetry.LogHandler(lines)).With("program", p.Name)
	}
	log := slog.New(telemetry.LogHandler(forPeople(to, level, seen)))
	if p.Whole {
		return log
	}
	return log.With("program", p.Name)
}

// forPeople writes lines of text; with colours where somebody looks, unless NO_COLOR is set.
func forPeople(to io.Writer, level slog.Level, seen bool) slog.Handler {
	return tint.NewTextHandler(to, &tint.Options{
		Level: level, TimeFormat: atWhat, NoColor: !seen || os.Getenv(noColour) != "",
		ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
			if _, is := attr.Value.Any().(error); is {
				return tint.Attr(red, attr)
			}
			return attr
		},
	})
}

// terminal reports whether to is one, and so somebody may look.
func terminal(to io.Writer) bool {
	file, is := to.(*os.File)
	return is && isatty.IsTerminal(file.Fd())
}
