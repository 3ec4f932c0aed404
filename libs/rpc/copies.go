package rpc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	dialTimeout = time.Second // of one address; also of one name
	// avoidTime is how long a copy that has failed is dialed only after the others.
	avoidTime = 2 * time.Second
	// rememberTime is how long the addresses of a name are used while its name
	// server does not answer; not longer, as they may be given to others.
	rememberTime = 30 * time.Second
	// impatientTimeout is for the lookup of a name whose addresses are remembered.
	impatientTimeout = 250 * time.Millisecond
)

// copies are where an upstream can be reached. Names are looked up at each dial, so that new
// pods are found, and their addresses are taken in turn. A name server that fails does not take
// healthy copies with it. It is safe for concurrent use.
type copies struct {
	addresses []string // "host:port"
	network   network

	mu     sync.Mutex
	turn   int
	failed map[string]time.Time // by "ip:port"
	said   map[string]saying    // by host
}

// saying is what a name server said last.
type saying struct {
	ips  []string
	when time.Time
}

// network is how copies are found and reached.
type network struct {
	lookup func(ctx context.Context, host string) (ips []string, err error)
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
}

// newCopies returns an error for an address that is none. Nothing is looked up yet: a service
// need not be there when its callers start.
func newCopies(addresses []string, network network) (*copies, error) {
	if len(addresses) == 0 {
		return nil, errors.New("no address")
	}
	for _, address := range addresses {
		if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
			return nil, fmt.Errorf("%q is not of the form host:port", address)
		}
	}
	return &copies{
		addresses: addresses,
		network:   network,
		turn:      rand.IntN(1 << 16), // not all processes begin with the same copy
		failed:    map[string]time.Time{},
		said:      map[string]saying{},
	}, nil
}

// dial connects to the next copy that can be reached.
func (c *copies) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	found, err := c.find(ctx)
	if len(found) == 0 && err == nil {
		err = errors.New("no address found")
	}
	for _, address := range c.inTurn(found) {
		conn, failed := c.network.dial(ctx, network, address)
		if failed == nil {
			return conn, nil
		}
		c.avoid(address)
		err = errors.Join(err, failed)
	}
	return nil, err
}

// find returns every "ip:port", sorted. The error names what was not found.
func (c *copies) find(ctx context.Context) (found []string, err error) {
	for _, address := range c.addresses {
		host, port, _ := net.SplitHostPort(address) // checked by newCopies
		ips, failed := c.lookup(ctx, host)
		err = errors.Join(err, failed)
		for _, ip := range ips {
			found = append(found, net.JoinHostPort(ip, port))
		}
	}
	slices.Sort(found) // name servers shuffle
	return slices.Compact(found), err
}

// lookup returns both addresses and an error where these are remembered.
func (c *copies) lookup(ctx context.Context, host string) ([]string, error) {
	if net.ParseIP(host) != nil {
		return []string{host}, nil
	}
	remembered := c.remembered(host)
	limit := dialTimeout
	if remembered != nil {
		limit = impatientTimeout
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ips, err := c.network.lookup(limited, host)
	if dns := new(net.DNSError); errors.As(err, &dns) && !dns.IsNotFound {
		return remembered, err
	}
	c.remember(host, ips)
	return ips, err
}

// remembered returns the addresses that a name had, if that is not too long ago.
func (c *copies) remembered(host string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := c.said[host]; time.Since(last.when) < rememberTime {
		return last.ips
	}
	return nil
}

// remember notes what a name server has said, be it that there is nobody.
func (c *copies) remember(host string, ips []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said[host] = saying{ips, time.Now()}
}

// inTurn begins with another address each time. Addresses that failed lately come last;
// among them the one that failed longest ago is first.
func (c *copies) inTurn(found []string) []string {
	if len(found) == 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget()
	c.turn++
	begin := c.turn % len(found)
	order := slices.Concat(found[begin:], found[:begin])
	slices.SortStableFunc(order, func(a, b string) int { return c.failed[a].Compare(c.failed[b]) })
	return order
}

// avoid remembers that a copy has not answered.
func (c *copies) avoid(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed[address] = time.Now()
}

// forget needs c.mu.
func (c *copies) forget() {
	maps.DeleteFunc(c.failed, func(_ string, when time.Time) bool { return time.Since(when) >= avoidTime })
}
