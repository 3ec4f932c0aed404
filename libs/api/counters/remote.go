package counters

import (
	"context"
	"crypto/rand"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/rpc"
)

// The names that callers and the service meet under. A change of one breaks a gateway of the
// version before.
const (
	methodAdd = "counter.Add"
	methodGet = "counter.Get"
)

// Methods serves s to other processes.
func Methods(s Service) []rpc.Method {
	return []rpc.Method{
		rpc.HandleBatch(methodAdd, s.Add),
		rpc.HandleBatch(methodGet, s.Get),
	}
}

// Remote is a Service in another process. Concurrent calls travel together. It is safe for
// concurrent use.
type Remote struct {
	add rpc.Batch[Addition, int64]
	get rpc.Batch[Key, int64]
}

var _ Service = (*Remote)(nil)

// Dial returns the service behind client. Close it when done.
func Dial(client *rpc.Client) *Remote {
	return &Remote{
		add: rpc.NewStamped[Addition, int64](client, methodAdd, numberer()),
		get: rpc.NewReads[Key, int64](client, methodGet),
	}
}

// numberer numbers additions as they leave, so that a batch whose reply is lost can be sent
// again. An addition that has a sender already keeps it.
func numberer() func([]Addition) {
	sender, last := rand.Text()[:12], int64(0)
	return func(additions []Addition) {
		for i := range additions {
			if additions[i].Sender == "" {
				last++
				additions[i].Sender, additions[i].Number = sender, last
			}
		}
	}
}

// Add implements Service.
func (r *Remote) Add(ctx context.Context, additions []Addition) []combine.Result[int64] {
	return r.add.Do(ctx, additions)
}

// Get implements Service.
func (r *Remote) Get(ctx context.Context, keys []Key) []combine.Result[int64] {
	return r.get.Do(ctx, keys)
}

// Close ends the batching after the calls it has accepted.
func (r *Remote) Close() {
	r.add.Close()
	r.get.Close()
}
