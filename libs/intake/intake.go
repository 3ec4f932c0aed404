// Package intake reads the bodies of requests. Their senders are strangers, so memory grows with
// the bytes that came, never with those that were announced, and all bodies of a server together
// have a budget.
//
// A server has one Budget, and reads each body with Budget.Read. The Body is to be released when
// the request is answered. The time that a sender may take is not its matter: the connection has
// a deadline.
package intake

import (
	"errors"
	"io"
	"sync/atomic"
)

// ErrTooLong is the error of a body over its limit.
var ErrTooLong = errors.New("the body is too long")

// ErrBusy is the error of a body for which the budget had nothing left.
var ErrBusy = errors.New("too many bodies are being received")

const (
	// firstStep is the memory, in bytes, that a body begins with.
	firstStep = 1 << 10
	// small is the length, in bytes, up to which a body may use the whole budget.
	// Longer ones share half of it, so that they cannot keep out everybody else.
	small = 8 << 10
)

// Unknown stands for the length of a body that was not announced.
const Unknown = -1

// Budget bounds the memory that the bodies under way have together. It is safe for concurrent
// use. What does not fit is refused at once and waits for nothing.
type Budget struct {
	limit int64
	used  atomic.Int64
}

// NewBudget returns a budget of so many bytes.
func NewBudget(limit int64) *Budget { return &Budget{limit: limit} }

// Used returns how many bytes are held now.
func (b *Budget) Used() int64 { return b.used.Load() }

// Take takes so many bytes for something else that a sender makes us hold, and
// reports whether there are as many. They are to be given back.
func (b *Budget) Take(n int) bool {
	limit := b.limit
	if n > small {
		limit /= 2
	}
	if b.used.Add(int64(n)) <= limit {
		return true
	}
	b.used.Add(-int64(n))
	return false
}

// Give gives back what was taken.
func (b *Budget) Give(n int) { b.used.Add(-int64(n)) }

// Body is a body in memory, until Release. It belongs to one request. Bytes are not copied:
// whoever keeps any of them after Release has to copy them.
type Body struct {
	Bytes  []byte
	budget *Budget
}

// Release gives the memory back; Bytes must not be used any more. It may be
// called more than once, and on the Body of a failed Read.
func (b *Body) Release() {
	if b.budget != nil {
		b.budget.Give(cap(b.Bytes))
	}
	*b = Body{}
}

// Read reads a body of the announced length, or, of Unknown length, to the end
// of r. Its errors are ErrTooLong, before anything is read if the length says
// so, ErrBusy, io.ErrUnexpectedEOF, and those of r.
func (b *Budget) Read(r io.Reader, length, limit int) (Body, error) {
	most := length
	switch {
	case length > limit:
		return Body{}, ErrTooLong
	case length == 0:
		return Body{}, nil
	case length < 0:
		most = limit + 1 // one more tells that it is too long
	}
	body := Body{budget: b}
	for {
		if len(body.Bytes) == cap(body.Bytes) && !body.grow(most) {
			body.Release()
			return Body{}, ErrBusy
		}
		n, err := r.Read(body.Bytes[len(body.Bytes):cap(body.Bytes)])
		body.Bytes = body.Bytes[:len(body.Bytes)+n]
		if len(body.Bytes) == length || errors.Is(err, io.EOF) && length < 0 && len(body.Bytes) <= limit {
			return body, nil
		}
		if len(body.Bytes) > limit {
			err = ErrTooLong
		}
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			body.Release()
			return Body{}, err
		}
	}
}

// grow makes room for twice the bytes, but never for more than most.
func (b *Body) grow(most int) bool {
	room := min(max(firstStep, 2*cap(b.Bytes)), most)
	if !b.budget.Take(room) {
		return false
	}
	bytes := make([]byte, len(b.Bytes), room)
	copy(bytes, b.Bytes)
	b.budget.Give(cap(b.Bytes))
	b.Bytes = bytes
	return true
}
