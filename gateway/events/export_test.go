package events

import "net"

// ServeOn serves on a listener of a test.
func (s *Server) ServeOn(listener net.Listener) error {
	s.listener = listener
	return s.Serve()
}

// Bounded is how connections over a limit are closed.
var Bounded = bounded
