package action

import "sync"

// Body is the reply to all who asked for the same at once, an envelope as Answer.Body is. It
// must not be changed. It is safe for concurrent use. packed is made on first use and not with
// the body, as most pages are asked for by nobody who wants them packed, or by somebody who does
// not.
type Body struct {
	Bytes []byte

	once   sync.Once
	packed []byte
}

// Packed returns the body as pack makes it, which is called once: by the first of those who
// share the body and want it packed.
func (b *Body) Packed(pack func([]byte) []byte) []byte {
	b.once.Do(func() { b.packed = pack(b.Bytes) })
	return b.packed
}
