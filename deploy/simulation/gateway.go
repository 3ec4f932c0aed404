package simulation

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/libs/api/counter"
	"xiaozhibo.dev/libs/api/room"
	"xiaozhibo.dev/libs/api/signing"
	"xiaozhibo.dev/libs/api/stream"
	"xiaozhibo.dev/libs/rpc"
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
	g := &gateway{world: w, name: name, dead: make(chan struct{})}
	dial := func(service string) *rpc.Client {
		return rpc.NewClient("http://"+service, &http.Client{Transport: &network{g}})
	}
	streams, counters := stream.Dial(dial("stream")), counter.Dial(dial("counter"))
	rooms, signs := room.Dial(dial("room")), signing.Dial(dial("signing"))
	services := w.planted.gateway(action.Services{
		Stream:  &streamSeam{streams, g},
		Counter: &counterSeam{counters, g},
		Room:    &roomSeam{rooms, g},
		Signing: &signingSeam{signs, g},
	})
	log := slog.New(slog.DiscardHandler)
	g.actions = action.New(services, log)
	g.events = event.New(services.Stream, services.Signing, log)
	g.close = func() {
		g.actions.Close()
		streams.Close()
		counters.Close()
		rooms.Close()
		signs.Close()
	}
	return g
}

// crash ends the gateway at once, and another takes its place.
func (w *world) crashGateway(i int) {
	g := w.gateways[i]
	w.tell(nil, "%s crashes", g.name)
	close(g.dead)
	go g.close() // what it was doing ends by itself, and nobody hears of it
	w.gateways[i] = w.newGateway(g.name)
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
	go func() {
		defer cancel()
		outcome := carryOut(ctx)
		w.arrive(fmt.Sprintf("request %06d", n), func() {
			if !g.gone() {
				done(outcome)
			}
		})
	}()
}

// through lets one call return at a time: callers whose batch was answered
// would else go on all at once, in no order.
func through[T any](ctx context.Context, g *gateway, method string, call func() (T, error)) (T, error) {
	result, err := call()
	g.world.park(fmt.Sprintf("return %s %06d %s", g.name, number(ctx), method), nil, 0)
	if g.gone() {
		return result, errCrashed
	}
	return result, err
}
