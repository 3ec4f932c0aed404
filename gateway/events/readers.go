package events

import (
	"context"
)

// enter counts a reader, until leave.
func (h *Hub) enter() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.readers++
	if h.feed == nil {
		h.wakeUp()
	}
}

// leave counts a reader out. The log is read on for linger: another may come soon.
func (h *Hub) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.readers--
}

// isRead reports whether anybody reads.
func (h *Hub) isRead() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.readers > 0
}

// current waits for the feed, which a reader that has entered is sure to get.
func (h *Hub) current(ctx context.Context) (*feed, error) {
	for {
		h.mu.Lock()
		f, opened := h.feed, h.opened
		h.mu.Unlock()
		if f != nil {
			return f, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-opened:
		}
	}
}
