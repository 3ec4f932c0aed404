package simulation

import (
	"context"
	"fmt"
	"net/http"
	"time"

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
	world   *world
	name    string
	actions *action.Actions
	events  *event.Events
	dead    chan struct{}
	close   func()
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
	g.actions = actions
	g.events = event.New(services.Stream, services.Signing, scope.Log)
	g.close = func() {
		g.actions.Close()
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

// number tells what a call belongs to: 0 is a batch of several.
func number(ctx context.Context) int {
	n, _ := ctx.Value(numberKey{}).(int)
	return n
}

type numberKey struct{}

// serve carries out a request; done is called in the scheduler's goroutine
// unless the gateway crashes first.
func (g *gateway) serve(carryOut func(ctx context.Context) any, done func(outcome any)) {
	w := g.world
	w.requests++
	n := w.requests
	ctx := context.WithValue(context.Background(), numberKey{}, n)
	// No deadline is that of another, and none meets a step of the scheduler.
	ctx, cancel := context.WithTimeout(ctx, actionTimeout+time.Duration(1+n%900)*time.Microsecond)
	w.workers.do(func() {
		defer cancel()
		outcome := carryOut(ctx)
		w.arrive(fmt.Sprintf("request %06d", n), func() {
			if !g.gone() {
				done(outcome)
			}
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
