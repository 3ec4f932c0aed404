package envelope

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"xiaozhibo.dev/libs/apierr"
)

// noData is the returnData of every error and of Actions that return nothing.
const noData = "{}"

// Encode returns v as JSON without HTML escaping. It is the one encoder of
// everything a client reads.
func Encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode reply: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// Success returns the envelope around data, which is a JSON object or nil.
func Success(data []byte) []byte {
	if data == nil {
		data = []byte(noData)
	}
	return wrap(OK, okMessage, data)
}

// Failure returns the envelope of err and its code. Only what is public of err
// gets into it.
func Failure(err error) (Code, []byte) {
	var outcome *Error
	if !errors.As(err, &outcome) {
		public := apierr.Public(err)
		outcome = &Error{codeOf(public.Code), public.Message}
	}
	return outcome.Code, wrap(outcome.Code, outcome.Message, []byte(noData))
}

func wrap(code Code, message string, data []byte) []byte {
	quoted, err := Encode(message)
	if err != nil {
		quoted = []byte(`""`)
	}
	reply := make([]byte, 0, len(data)+len(quoted)+64)
	reply = append(reply, `{"returnValue":`...)
	reply = strconv.AppendInt(reply, int64(code), 10)
	reply = append(reply, `,"returnMsg":`...)
	reply = append(reply, quoted...)
	reply = append(reply, `,"returnData":`...)
	reply = append(reply, data...)
	return append(reply, '}')
}
