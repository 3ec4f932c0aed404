package envelope

import (
	"errors"

	"xiaozhibo.dev/libs/apierr"
)

// Code is the published returnValue.
type Code int

// The codes of the published protocol.
const (
	OK          Code = 0
	BadParam    Code = 1000 // Action unknown; a field missing, empty or of the wrong type or length
	NotFound    Code = 2003 // no such room, recording or user; or storage failed
	Unavailable Code = 3000 // a service behind the gateway did not answer in time
	Internal    Code = 4000 // our fault; or what the Action needs is not configured
	BadBody     Code = 4001 // empty or not a JSON object
	OutOfRange  Code = 4002 // an integer outside what the protocol lists
	TooMany     Code = 4003 // too many requests, or a cap is reached
	NotAllowed  Code = 4004 // no proof of identity, a wrong one, or not one's own; or banned
)

// Error is an outcome other than OK, with the message clients are shown.
type Error struct {
	Code    Code
	Message string
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// badParam says which field is wrong and why, as the first server did.
func badParam(code Code, field, reason string) *Error {
	return &Error{code, "invalid param in json from client! | " + field + " " + reason + "!"}
}

// codeOf is the only place that knows both kinds of code. One it has never seen,
// from a service of a newer version, is internal.
func codeOf(code apierr.Code) Code {
	switch code {
	case apierr.Invalid:
		return BadParam
	case apierr.NotFound, apierr.Storage:
		return NotFound
	case apierr.Unavailable:
		return Unavailable
	case apierr.TooMany:
		return TooMany
	case apierr.Denied, apierr.Banned:
		return NotAllowed
	default:
		return Internal
	}
}

// IsRefusal reports whether err only says that the request itself is wrong.
func IsRefusal(err error) bool {
	var outcome *Error
	return errors.As(err, &outcome)
}
