package wire

import (
	"net/netip"
	"sync"
)

// Why a connection is not taken.
const (
	overTotal   = "total"
	overAddress = "address"
)

// counts are the connections there are.
type counts struct {
	most, mostOfOne int // 0: no limit

	mu    sync.Mutex
	all   int
	ofOne map[netip.Prefix]int
}

// enter counts a connection, or says why it may not be.
func (c *counts) enter(address netip.Prefix) (over string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.most > 0 && c.all >= c.most {
		return overTotal
	}
	if c.mostOfOne > 0 && address.IsValid() && c.ofOne[address] >= c.mostOfOne {
		return overAddress
	}
	c.all++
	if c.mostOfOne > 0 && address.IsValid() {
		c.ofOne[address]++
	}
	return ""
}

func (c *counts) leave(address netip.Prefix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.ofOne[address]--; c.ofOne[address] <= 0 {
		delete(c.ofOne, address)
	}
}

func (c *counts) number() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all
}
