package simulation

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/telemetry"
)

// actionTimeout is that of the gateway's defaults.
const actionTimeout = 5 * time.Second

// gateway is one life of a gateway process.
type gateway struct {
	world *world
	name  string
	front *front
	dead  chan struct{}
	close func()
}

func (w *world) newGateway(name string) *gateway {
	w.lives++
	g := &gateway{world: w, name: fmt.Sprintf("%s.%d", name, w.lives), dead: make(chan struct{})}
	services, hangUp := g.dial()
	services = w.planted.gateway(action.Services{
		Stream:  &streamSeam{services.Stream, g},
		Counter: &counterSeam{services.Counter, g},
		Room:    &roomSeam{services.Room, g},
		Signing: &signingSeam{services.Signing, g},
	})
	scope := telemetry.Discard()
	actions, err := action.New(services, scope)
	w.must(err)
	g.front, err = newFront(actions, event.New(services.Stream, services.Signing, scope.Log), scope)
	w.must(err)
	g.close = func() {
		actions.Close()
		hangUp()
	}
	return g
}

// dial returns the services a gateway has behind it: those of its own process,
// or of others.
func (g *gateway) dial() (services action.Services, hangUp func()) {
	w := g.world
	if w.standalone {
		services.Stream, _ = w.servers["stream"][0].up.service.(streams.Service)
		services.Counter, _ = w.servers["counter"][0].up.service.(counters.Service)
		services.Room, _ = w.servers["room"][0].up.service.(members.Service)
		services.Signing, _ = w.servers["signing"][0].up.service.(signatures.Service)
		return services, func() {}
	}
	client := func(service string) *rpc.Client {
		network := &network{g}
		if !w.persistent {
			return rpc.NewClient("http://"+service, &http.Client{Transport: network})
		}
		upstream, err := rpc.NewUpstreamOver(service, network, network.pause, telemetry.Discard().Meter, g.log(service))
		w.must(err)
		return upstream
	}
	streams, counters := streams.Dial(client("stream")), counters.Dial(client("counter"))
	rooms, signs := members.Dial(client("room")), signatures.Dial(client("signing"))
	return action.Services{Stream: streams, Counter: counters, Room: rooms, Signing: signs}, func() {
		streams.Close()
		counters.Close()
		rooms.Close()
		signs.Close()
	}
}

// crashGateway ends a gateway at once.
func (w *world) crashGateway(i int) {
	g := w.gateways[i]
	close(g.dead)
	g.front.crash()
	go g.close() // what it was doing ends by itself, and nobody hears of it
	w.gateways[i] = nil
}

func (g *gateway) gone() bool {
	select {
	case <-g.dead:
		return true
	default:
		return false
	}
}

// number tells what a call belongs to: the request whose trace it goes on with, for a
// batch that of its first caller.
func number(ctx context.Context) uint64 {
	id := trace.SpanContextFromContext(ctx).TraceID()
	return binary.BigEndian.Uint64(id[len(id)-8:])
}

// serve sends a request; done is called in the scheduler's goroutine.
func (g *gateway) serve(path string, body []byte, done func(received)) {
	w := g.world
	w.requests++
	n := w.requests
	connection := g.front.connection()
	w.workers.do(func() {
		// No deadline is that of another, and none meets a step of the scheduler.
		<-time.After(time.Duration(1+n%900) * time.Microsecond)
		got := connection.ask(n, path, body)
		w.arrive(fmt.Sprintf("request %06d", n), func() {
			if got.status != 0 {
				g.front.keep(connection)
			}
			done(got)
		})
	})
}

// through lets one call return at a time: callers whose batch was answered
// would else go on all at once, in no order. Where services are in the same
// process, it lets one call begin at a time too.
func through[T any](ctx context.Context, g *gateway, method string, call func() (T, error)) (T, error) {
	if g.world.standalone {
		g.world.park(fmt.Sprintf("begin %s %06d %s", g.name, number(ctx), method), nil, 0)
	}
	result, err := call()
	g.world.park(fmt.Sprintf("return %s %06d %s", g.name, number(ctx), method), nil, 0)
	if g.gone() {
		return result, errCrashed
	}
	return result, err
}
