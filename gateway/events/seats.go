package events

import (
	"net/netip"
	"sync"
)

// seats bounds readers, in all and for each client address. It is safe for concurrent use.
type seats struct {
	max, perAddress int // perAddress 0 is no limit

	mu    sync.Mutex
	taken int
	by    map[netip.Prefix]int // only where perAddress is a limit
}

// verdict is why a reader has no seat.
type verdict int

const (
	// A reader without a seat is answered with 503, or with 429 where it is the address that has too many.
	seated verdict = iota
	full
	addressFull
)

// take takes a seat, which must be given back if it was given.
func (s *seats) take(address netip.Prefix) verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken >= s.max {
		return full
	}
	if s.perAddress > 0 {
		if s.by[address] >= s.perAddress {
			return addressFull
		}
		if s.by == nil {
			s.by = map[netip.Prefix]int{}
		}
		s.by[address]++
	}
	s.taken++
	return seated
}

// giveBack frees a seat that take gave to the address.
func (s *seats) giveBack(address netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	if s.perAddress == 0 {
		return
	}
	if s.by[address]--; s.by[address] == 0 {
		delete(s.by, address)
	}
}
