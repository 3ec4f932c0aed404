// Package freeport finds ports for servers that a test or a measurement starts, which must know their address before
// they listen, and keep it while they are down.
package freeport

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Ports are taken from these: below those that Linux gives to connections (32768 and up), so that no connection takes
// the port of a server which is down.
const (
	lowest = 10_000
	ports  = 20_000
)

var (
	mu     sync.Mutex
	next   = rand.IntN(ports)
	claims []io.Closer // kept as long as the process lives
)

// Take returns a TCP port of 127.0.0.1 that nobody listens on, and that no other Take of this machine returns before
// this process has ended. Its claim is the UDP port of the same number.
func Take(ctx context.Context) (int, error) {
	mu.Lock()
	defer mu.Unlock()
	var listens net.ListenConfig
	for range ports {
		port := lowest + next
		next = (next + 1) % ports
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		claim, err := listens.ListenPacket(ctx, "udp", address)
		if err != nil {
			continue
		}
		listener, err := listens.Listen(ctx, "tcp", address)
		if err != nil {
			_ = claim.Close() // nothing was sent
			continue
		}
		_ = listener.Close() // nobody has connected
		claims = append(claims, claim)
		return port, nil
	}
	return 0, errors.New("no port is free")
}
