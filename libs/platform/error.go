package platform

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// Outcome is what became of a call: one of a fixed set of words, for metrics.
type Outcome string

// The outcomes.
const (
	Answered    Outcome = "answered"
	Spent       Outcome = "spent"       // not asked: the budget had no call left in the time there was
	Limited     Outcome = "limited"     // the platform says that it is asked too often
	Refused     Outcome = "refused"     // a key, a signature or a parameter is wrong: the operator has to correct it
	TimedOut    Outcome = "timed_out"   // no answer within the time of a call
	Unreachable Outcome = "unreachable" // no connection, or one that broke
	Failed      Outcome = "failed"      // the platform says that it could not
	Unreadable  Outcome = "unreadable"  // an answer that is not of the published form
	Unsupported Outcome = "unsupported" // this platform cannot; nothing was asked
)

// Outcomes are those of calls that were made, or whose turn did not come.
var Outcomes = []Outcome{Answered, Spent, Limited, Refused, TimedOut, Unreachable, Failed, Unreadable}

// Error is a call without a usable answer. Its text is for operators and may name the platform's
// host; it has no secret in it.
type Error struct {
	Outcome Outcome
	cause   error
}

// Errorf returns an Error, formatted as by fmt.Errorf. It must show no secret.
func Errorf(outcome Outcome, format string, args ...any) *Error {
	return &Error{outcome, fmt.Errorf(format, args...)}
}

// Error says what happened.
func (e *Error) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// OutcomeOf returns the outcome of a call that ended with err, Answered for nil.
func OutcomeOf(err error) Outcome {
	var known *Error
	switch {
	case err == nil:
		return Answered
	case errors.As(err, &known):
		return known.Outcome
	case errors.Is(err, context.DeadlineExceeded):
		return TimedOut
	default:
		return Unreachable
	}
}

// unanswered is the error of a call whose answer did not come.
func unanswered(err error) error {
	timeout := net.Error(nil)
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return Errorf(TimedOut, "the platform did not answer in time: %w", err)
	}
	return Errorf(Unreachable, "the platform cannot be reached: %w", err)
}
