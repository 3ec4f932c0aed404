package rtmp

import "io"

// NewGuard is the guard as a reader, for tests from outside.
func NewGuard(from io.Reader, limit int64) io.Reader { return newGuard(from, limit) }

// NewFrames is what the server makes of messages.
var NewFrames = tag
