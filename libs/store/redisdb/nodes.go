package redisdb

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

const (
	// nodeTimeout is for how long a batch waits for one of several masters of
	// a Cluster: the items of the others are in it.
	nodeTimeout = time.Second
	// askEvery is how often a master that does not answer is asked whether it does.
	askEvery = 200 * time.Millisecond
)

// nodes are the masters of a Cluster that do not answer. Calls to them fail at once, so
// that batches go on with the calls to the others.
type nodes struct {
	mu     sync.Mutex
	down   map[string]bool // by address
	asking sync.WaitGroup
	limit  time.Duration   // for how long one is waited for
	ctx    context.Context // of those who ask
	stop   context.CancelFunc
}

func newNodes(patience time.Duration) *nodes {
	ctx, stop := context.WithCancel(context.Background())
	return &nodes{down: map[string]bool{}, limit: max(nodeTimeout, patience), ctx: ctx, stop: stop}
}

func (n *nodes) close() {
	n.stop()
	n.asking.Wait()
}

func (n *nodes) isDown(address string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.down[address]
}

// part is what one master is to carry out of a batch.
type part struct {
	master *redis.Client // nil: whoever has the keys
	calls  []Call
	places []int // of the calls, in the batch
}

// divide returns one part for each master.
func divide(ctx context.Context, cluster *redis.ClusterClient, calls []Call) []part {
	var parts []part
	at := make(map[*redis.Client]int)
	for place, call := range calls {
		master, err := cluster.MasterForKey(ctx, call.Keys[0])
		if err != nil {
			master = nil // the pipeline will say why
		}
		i, known := at[master]
		if !known {
			i = len(parts)
			at[master] = i
			parts = append(parts, part{master: master})
		}
		parts[i].calls, parts[i].places = append(parts[i].calls, call), append(parts[i].places, place)
	}
	return parts
}

// runApart runs each part for itself: a master that hangs holds the others up for
// nodeTimeout, and only until it is known to.
func (db *DB) runApart(ctx context.Context, script Script, parts []part, replies []combine.Result[any]) {
	var all sync.WaitGroup
	for _, p := range parts {
		all.Go(func() {
			for i, reply := range db.runPart(ctx, script, p) {
				replies[p.places[i]] = reply
			}
		})
	}
	all.Wait()
}

func (db *DB) runPart(ctx context.Context, script Script, p part) []combine.Result[any] {
	if p.master == nil {
		return db.runHere(ctx, script, p.calls)
	}
	address := p.master.Options().Addr
	if db.nodes.isDown(address) {
		return combine.Fail[any](len(p.calls), apierr.New(apierr.Unavailable, "redis node %s does not answer", address))
	}
	limited, cancel := context.WithTimeout(ctx, db.nodes.limit)
	defer cancel()
	replies := db.runHere(limited, script, p.calls)
	if ctx.Err() == nil && silent(replies) {
		db.nodes.watch(db, p.master)
	}
	return replies
}

// silent tells whether no call was answered, be it with an error.
func silent(replies []combine.Result[any]) bool {
	for _, reply := range replies {
		if reply.Err == nil || errors.As(reply.Err, new(redis.Error)) {
			return false
		}
	}
	return true
}

// watch takes a master for down until it answers, or is no master any more.
func (n *nodes) watch(db *DB, master *redis.Client) {
	address := master.Options().Addr
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down[address] || n.ctx.Err() != nil {
		return
	}
	n.down[address] = true
	db.log.Warn("a node of redis does not answer: what is for it fails at once", "address", address)
	n.asking.Go(func() {
		err := n.await(db, master)
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.down, address)
		if n.ctx.Err() == nil {
			db.log.Info("a node of redis is used again", "address", address, "gone", err != nil)
		}
	})
}

// await returns nil once master answers, or the error that it never will.
func (n *nodes) await(db *DB, master *redis.Client) error {
	for {
		select {
		case <-n.ctx.Done():
			return n.ctx.Err()
		case <-time.After(askEvery):
		}
		ctx, cancel := context.WithTimeout(n.ctx, n.limit)
		err := master.Ping(ctx).Err()
		cancel()
		if err == nil || errors.Is(err, redis.ErrClosed) {
			return err
		}
		if cluster, ok := db.client.(*redis.ClusterClient); ok {
			cluster.ReloadState(n.ctx) // another may have taken its place
		}
	}
}
