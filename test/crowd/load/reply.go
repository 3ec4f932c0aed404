package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"syscall"
)

// envelope is what every reply begins with.
const envelope = `{"returnValue":`

// returnValue reads the number that a reply begins with.
func returnValue(body []byte) (int, error) {
	rest, found := bytes.CutPrefix(body, []byte(envelope))
	digits, _, ends := bytes.Cut(rest, []byte(","))
	if !found || !ends {
		return 0, fmt.Errorf("no reply to an Action: %.100s", body)
	}
	value, err := strconv.Atoi(string(digits))
	if err != nil {
		return 0, fmt.Errorf("no reply to an Action: %.100s", body)
	}
	return value, nil
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// counter counts the bytes that are read.
type counter struct {
	from io.Reader
	n    *int64
}

func (c counter) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	*c.n += int64(n)
	return n, err
}
