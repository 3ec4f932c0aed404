package memberstest

import (
	"time"
)

func (s suite) expiry() {
	s.enters(key("a", 1), "u1")
	s.clock.Move(ttl - time.Second)
	s.enters(key("a", 1), "u2")
	s.wantMembers(key("a", 1), "u1", "u2")
	s.clock.Move(time.Second)
	s.wantMembers(key("a", 1), "u2")
	s.clock.Move(ttl)
	s.wantMembers(key("a", 1))
}

func (s suite) expiryRefreshed() {
	s.enters(key("a", 1), "u1", "u2")
	s.clock.Move(ttl / 2)
	s.enters(key("a", 1), "u1")
	s.clock.Move(ttl / 2)
	s.wantMembers(key("a", 1), "u1")
}

func (s suite) expiryReturn() {
	s.enters(key("a", 1), "u1")
	s.clock.Move(ttl / 2)
	s.enters(key("a", 1), "u2")
	s.clock.Move(ttl / 2)
	s.enters(key("a", 1), "u1")
	s.wantMembers(key("a", 1), "u2", "u1")
}
