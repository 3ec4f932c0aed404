package envelope

import (
	"errors"

	"xiaozhibo.dev/libs/apierr"
)

// opening is how every success begins. The message is what the first server
// said, and clients have logged since.
const opening = `{"returnValue":0,"returnMsg":"return successfully!","returnData":`

// noData is the returnData of every error and of Actions that return nothing.
const noData = "{}"

// typicalReply is room for most replies but lists, in bytes.
const typicalReply = 1 << 10

// done is the envelope of every success without data.
var done = []byte(opening + noData + "}")

// Success returns the envelope around data; nil is an empty object. It must not be
// changed: those without data share one.
func Success(data Data) []byte {
	if data == nil {
		return done
	}
	reply := append(make([]byte, 0, typicalReply), opening...)
	return append(data.AppendJSON(reply), '}')
}

// Failure returns the envelope of err and its code. Only what is public of err
// gets into it.
func Failure(err error) (Code, []byte) {
	var outcome *Error
	if !errors.As(err, &outcome) {
		public := apierr.Public(err)
		outcome = &Error{codeOf(public.Code), public.Message}
	}
	reply := AppendInt(nil, `{"returnValue":`, int64(outcome.Code))
	reply = AppendText(reply, `,"returnMsg":`, outcome.Message)
	return outcome.Code, append(reply, `,"returnData":`+noData+"}"...)
}
