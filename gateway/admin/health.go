package admin

import (
	"context"
	"net/http"
	"sync"
	"time"

	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

// service says whether a service answered just now, how soon, and if not, why.
type service struct {
	Name         string  `json:"name"`
	Milliseconds float64 `json:"milliseconds"`
	Error        string  `json:"error,omitempty"`
}

// nobody is a user, and a room, that nobody has: ids of clients have no control characters.
const nobody = "\x01"

// probe is a question to one service.
type probe struct {
	name string
	ask  func(ctx context.Context) error
}

// probes are one question to each service, which costs next to nothing.
func (a *API) probes() []probe {
	return []probe{
		{"stream", func(ctx context.Context) error {
			return failed(a.actions.Stream.Pages(ctx, []streams.Query{{Live: true, Limit: 1}}))
		}},
		{"counter", func(ctx context.Context) error {
			return failed(a.actions.Counter.Get(ctx, []counters.Key{{Name: nobody}}))
		}},
		{"room", func(ctx context.Context) error {
			return failed(a.actions.Room.Sizes(ctx, []members.Key{{Name: nobody}}))
		}},
		{"signing", func(ctx context.Context) error {
			return failed(a.actions.Signing.Play(ctx, []string{"probe"}))
		}},
	}
}

// health asks all services at once, so that one that hangs does not make the others look slow.
func (a *API) health(r *http.Request) (any, error) {
	probes := a.probes()
	services := make([]service, len(probes))
	var asked sync.WaitGroup
	for i, probe := range probes {
		asked.Go(func() {
			began := time.Now()
			err := probe.ask(r.Context())
			services[i] = service{Name: probe.name, Milliseconds: float64(time.Since(began).Microseconds()) / 1000}
			if err != nil {
				services[i].Error = err.Error()
			}
		})
	}
	asked.Wait()
	return map[string]any{"services": services}, nil
}

// failed is what kept the service from answering: that it lacks configuration is an answer.
func failed[V any](results []combine.Result[V]) error {
	_, err := combine.One(results)
	if apierr.CodeOf(err) == apierr.NotConfigured {
		return nil
	}
	return err
}
