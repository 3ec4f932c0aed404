package simulation

import (
	"bufio"
	"context"
	"flag"
	"net"
	"slices"
	"sync"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/edge"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/libs/lifecycle"
	"xiaozhibo.dev/libs/listen/pipe"
	"xiaozhibo.dev/libs/telemetry"
)

// What clients and the platform send to.
const (
	actionPath = "/interface.php"
	eventPath  = "/callback/Live_callback.php"
)

// idleTime is for how long a connection without a request is used again: less than
// idle_timeout of the gateway's defaults, so that no request meets the end of that.
const idleTime = time.Minute

// from is the address that all connections come from.
var from = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}

// front is the edge of one life of a gateway, and the connections to it. All but the
// edge belongs to the scheduler's goroutine.
type front struct {
	edge     *edge.Edge
	listener *pipe.Listener
	served   chan error
	open     []*connection
	idle     []*connection // those of open that wait for a request, the one used last at the end
}

// startClock starts the clock of the edge's HTTP library, one for the whole program, with
// the first answer of all. A bubble in which it were started would never end.
var startClock = sync.OnceValue(func() error {
	scope := telemetry.Discard()
	actions, err := action.New(action.Services{}, scope)
	if err != nil {
		return err
	}
	defer actions.Close()
	f, err := newFront(actions, event.New(nil, nil, scope.Log), scope)
	if err != nil {
		return err
	}
	f.connection().ask(1, actionPath, nil)
	return f.close()
})

// newFront opens an edge with the gateway's defaults, on a listener in memory.
func newFront(actions *action.Actions, events *event.Events, scope telemetry.Scope) (*front, error) {
	var config edge.Config
	config.RegisterFlags(flag.NewFlagSet("gateway", flag.ContinueOnError))
	config.ActionTimeout = actionTimeout
	serves, err := edge.New(config, actions, events, &lifecycle.Health{}, scope)
	if err != nil {
		return nil, err
	}
	f := &front{
		edge: serves, served: make(chan error, 1),
		listener: pipe.New(),
	}
	go func() { f.served <- f.edge.Serve(edge.Listener{Listener: f.listener}) }()
	return f, nil
}

// connection returns a connection for one request: one that is idle, or a new one.
func (f *front) connection() *connection {
	f.idle = slices.DeleteFunc(f.idle, func(c *connection) bool {
		stale := time.Since(c.used) > idleTime
		if stale {
			f.hangUp(c)
		}
		return stale
	})
	if last := len(f.idle) - 1; last >= 0 {
		c := f.idle[last]
		f.idle = f.idle[:last]
		return c
	}
	near, err := f.listener.Dial(context.Background(), from)
	if err != nil {
		panic(err) // nobody asks a gateway that has crashed
	}
	c := &connection{conn: near, reader: bufio.NewReader(near)}
	f.open = append(f.open, c)
	return c
}

// keep lets a connection be used again.
func (f *front) keep(c *connection) {
	c.used = time.Now()
	f.idle = append(f.idle, c)
}

// hangUp closes the client's end of a connection.
func (f *front) hangUp(c *connection) {
	_ = c.conn.Close() // a pipe's never fails
	f.open = slices.DeleteFunc(f.open, func(one *connection) bool { return one == c })
}

// crash breaks all connections, and no other is accepted.
func (f *front) crash() {
	_ = f.listener.Close()
	for _, c := range f.open {
		_ = c.conn.Close()
	}
	f.open, f.idle = nil, nil
}

// close shuts the edge down, which nobody asks for anything any more.
func (f *front) close() error {
	if err := f.edge.Shutdown(context.Background()); err != nil {
		return err
	}
	return <-f.served
}
