package wire

import (
	"io"
	"net"
	"time"
)

// stay is for how long at most a connection keeps its goroutine and its input after a
// reply. Then it goes on without an input, on a new goroutine, whose stack has not
// grown: most connections are idle, and these two would be most of what an idle one
// costs.
const stay = time.Second

// By how much a deadline may be earlier than it should be. Each that is set moves a
// timer; of a connection that is busy, few need to be.
const (
	lessStay  = stay / 2
	lessWrite = time.Second
)

// talk is the requests of a connection, one after the other.
type talk struct {
	*connection
	conn   net.Conn  // the connection, or TLS on it
	until  time.Time // the next request must have begun by then
	idles  bool      // for longer than stay
	secure bool

	readBy, writeBy time.Time // the deadlines that are set
}

// awaitLong waits for the first byte of a request, without a buffer for it.
func (t *talk) awaitLong() (first []byte, err error) {
	if err := t.readUntil(t.until, 0); err != nil {
		return nil, err
	}
	first = make([]byte, 1)
	_, err = io.ReadFull(t.conn, first)
	return first, err
}

// readUntil sets the deadline of all that is read from now on.
func (t *talk) readUntil(at time.Time, less time.Duration) error {
	return move(&t.readBy, at, less, t.conn.SetReadDeadline)
}

// writeUntil sets the deadline of all that is written from now on.
func (t *talk) writeUntil(at time.Time, less time.Duration) error {
	return move(&t.writeBy, at, less, t.conn.SetWriteDeadline)
}

// move sets a deadline, unless the one that is set is so little earlier.
func move(isSet *time.Time, at time.Time, less time.Duration, set func(time.Time) error) error {
	if early := at.Sub(*isSet); 0 <= early && early <= less {
		return nil
	}
	*isSet = at
	return set(at)
}
