// Package apierr is the one error type of the project. Its code survives the wire, so a caller
// sees the same error from a service next door and from one in its own process.
//
// New makes an error of ours, Wrap keeps a cause for the log, CodeOf tells what a caller should
// act on, and Public is what may leave the process. An error without a code is Internal to all
// who ask. Codes are few, because each is something that a caller does differently; what
// happened in detail is the message's, and the cause's.
package apierr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// Code classifies an error; callers act on the code, people read the message.
type Code string

// The codes. Only the gateway turns them into the published returnValue.
const (
	Invalid       Code = "invalid"        // the request itself is wrong
	NotFound      Code = "not_found"      // what it names does not exist
	Denied        Code = "denied"         // a signature or a proof of identity is missing or wrong
	Banned        Code = "banned"         // an operator does not let this user do it
	TooMany       Code = "too_many"       // a cap is reached; nothing was done
	Storage       Code = "storage"        // the store failed; a write may have been made
	Unavailable   Code = "unavailable"    // no answer in time; the outcome is unknown
	NotConfigured Code = "not_configured" // the operator has not set what this needs
	Internal      Code = "internal"       // a fault of ours
)

// Level is how loudly a log tells of an error with this code, wherever it is
// logged: Debug if only the request is wrong, Warn if another process has to be
// looked at, Error if this one has. The code of no error, "", is Debug.
func (c Code) Level() slog.Level {
	switch c {
	case "", Invalid, NotFound, Denied, Banned, TooMany:
		return slog.LevelDebug
	case Unavailable:
		return slog.LevelWarn
	default: // a code of a newer version of ours too
		return slog.LevelError
	}
}

// Ours reports whether an error is the fault of the system and not of the
// request. Alerts count these.
func (c Code) Ours() bool { return c.Level() > slog.LevelDebug }

// internalMessage is all that a stranger learns of an internal error.
const internalMessage = "internal error"

// Error is a failure with a code. Message is public; the cause is for logs only. Two errors are
// compared by their Code, never by their text. An Error is not changed once it is made.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	cause   error
}

// New returns an error without a cause.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap keeps err as the cause, shown in logs and never to clients.
func Wrap(code Code, err error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), cause: err}
}

// Error gives the whole story, cause included; it is meant for logs.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Message + ": " + e.cause.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Public returns what may leave the process: code and message of the first
// *Error in the chain, Unavailable for an ended context, else Internal with a
// fixed sentence. It is nil for nil.
func Public(err error) *Error {
	var known *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return &Error{Code: known.Code, Message: known.Message}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &Error{Code: Unavailable, Message: "no answer in time"}
	default:
		return &Error{Code: Internal, Message: internalMessage}
	}
}

// CodeOf returns the code Public would give; it is empty for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return Public(err).Code
}
