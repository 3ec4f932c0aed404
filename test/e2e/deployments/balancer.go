package deployments

import (
	"io"
	"net"
	"sync"
	"testing"
)

// balancer is a plain proxy: each connection goes to the next of its targets, whatever it carries.
type balancer struct {
	listener net.Listener

	mu      sync.Mutex
	targets []string
	next    int
}

// newBalancer returns a balancer that lives until t ends.
func newBalancer(t testing.TB) *balancer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	b := &balancer{listener: listener}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.serve()
	}()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return b
}

func (b *balancer) address() string { return b.listener.Addr().String() }

// to sends connections that come from now on to these targets.
func (b *balancer) to(targets []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.targets = targets
}

// serve returns when the listener and every connection have been closed.
func (b *balancer) serve() {
	var connections sync.WaitGroup
	defer connections.Wait()
	for {
		conn, err := b.listener.Accept()
		if err != nil {
			return
		}
		connections.Go(func() { b.relay(conn.(*net.TCPConn)) })
	}
}

func (b *balancer) relay(client *net.TCPConn) {
	defer client.Close()
	conn, err := net.Dial("tcp", b.target())
	if err != nil {
		return
	}
	server := conn.(*net.TCPConn)
	defer server.Close()
	var both sync.WaitGroup
	both.Go(func() { pass(server, client) })
	both.Go(func() { pass(client, server) })
	both.Wait()
}

// pass copies until one side has ended, and ends the other for that direction.
func pass(to, from *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		to.SetLinger(0) // broken off, not ended
		to.Close()
		return
	}
	to.CloseWrite()
}

func (b *balancer) target() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	return b.targets[b.next%len(b.targets)]
}
