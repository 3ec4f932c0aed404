package wire

import (
	"context"
	"errors"
	"net"
	"time"
)

// ended counts a connection out.
func (s *Server) ended(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.connections, c)
	s.tellDrained()
}

// tellDrained wakes Shutdown when there is no connection left. s.mu is held.
func (s *Server) tellDrained() {
	if !s.closing.Load() || len(s.connections) > 0 {
		return
	}
	select {
	case <-s.drained:
	default:
		close(s.drained)
	}
}

// Shutdown stops accepting, closes what is idle and waits for the requests under
// way, until ctx ends; then it closes every connection.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing.Store(true)
	var errs []error
	for listener := range s.listeners {
		if err := listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	for c := range s.connections {
		switch {
		case c.state.CompareAndSwap(idle, closed):
			_ = c.Close()
		case c.state.Load() == fresh:
			_ = c.SetReadDeadline(time.Now().Add(lastChance))
		}
	}
	s.tellDrained()
	s.mu.Unlock()
	select {
	case <-s.drained:
	case <-ctx.Done():
		s.abandon()
		errs = append(errs, ctx.Err())
	}
	return errors.Join(errs...)
}

// abandon closes what could not be waited for.
func (s *Server) abandon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.connections {
		_ = c.Conn.Close()
	}
}
