package live

import (
	"context"
	"errors"
	"sync"

	"xiaozhibo.dev/services/media/flv"
)

// ErrSlow is how the queue of a player ends who takes less than comes.
var ErrSlow = errors.New("too slow: more waits than may")

// Player is the queue of one who plays. Next is called by one goroutine, offer by the
// pusher's.
type Player struct {
	push   *Push
	limit  int // bytes in the queue
	leaves sync.Once
	quiet  bool // not counted among the players

	mu      sync.Mutex // never held while a push's is asked for
	queue   []*flv.Tag
	spare   []*flv.Tag // what Next gave last: its memory is used again
	bytes   int        // in the queue, without what was there at the beginning
	waiting bool       // for a key frame
	ended   error      // what Next returns when the queue is empty; nil: more may come
	awake   chan struct{}
}

// Join returns the queue of a new player, which begins with what a decoder must know and
// the last key frame. Leave must be called.
func (p *Push) Join() (*Player, error) {
	if err := p.hub.enter(); err != nil {
		return nil, err
	}
	player, err := p.join(&Player{push: p, limit: p.hub.limits.QueueBytes})
	if err != nil {
		p.hub.exit()
	}
	return player, err
}

// Follow is Join for what is no player and may lag behind by more bytes.
func (p *Push) Follow(limit int) (*Player, error) {
	return p.join(&Player{push: p, limit: limit, quiet: true})
}

// join begins the queue. What is in it then does not count against its limit: it is what the
// push has in memory anyway.
func (p *Push) join(player *Player) (*Player, error) {
	player.awake = make(chan struct{}, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return nil, ErrEnded
	}
	for _, tag := range []*flv.Tag{p.script, p.video, p.audio} {
		if tag != nil {
			player.queue = append(player.queue, tag)
		}
	}
	player.queue = append(player.queue, p.cache.tags...)
	player.waiting = p.video != nil && len(p.cache.tags) == 0
	player.wake()
	p.players[player] = struct{}{}
	return player, nil
}

// offer never waits. A player that joined between two key frames gets no frame before the next
// one, as a decoder could show nothing of them.
func (l *Player) offer(tag *flv.Tag) {
	l.mu.Lock()
	defer l.mu.Unlock()
	frame := !tag.Config && tag.Kind != flv.Script
	if l.ended != nil || l.waiting && frame && !tag.Key {
		return
	}
	l.waiting = l.waiting && !tag.Key
	if l.bytes += len(tag.Bytes()); l.bytes > l.limit {
		l.ended, l.queue, l.bytes = ErrSlow, nil, 0
		if !l.quiet {
			l.push.hub.measure.Cut()
		}
	} else {
		l.queue = append(l.queue, tag)
	}
	l.wake()
}

// wake lets Next look again. One wake that waits is enough for many.
func (l *Player) wake() {
	select {
	case l.awake <- struct{}{}:
	default:
	}
}

// end is what Next returns once the queue is empty. The first cause holds.
func (l *Player) end(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended == nil {
		l.ended = cause
	}
	l.wake()
}

// Next waits for tags and returns all there are. They are valid until the next call. The
// error is ErrSlow, ErrEnded, or that of ctx.
func (l *Player) Next(ctx context.Context) ([]*flv.Tag, error) {
	for {
		l.mu.Lock()
		if len(l.queue) > 0 {
			clear(l.spare)
			l.queue, l.spare, l.bytes = l.spare[:0], l.queue, 0
			tags := l.spare
			l.mu.Unlock()
			return tags, nil
		}
		ended := l.ended
		l.mu.Unlock()
		if ended != nil {
			return nil, ended
		}
		select {
		case <-l.awake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Leave ends the queue. It may be called twice.
func (l *Player) Leave() {
	l.leaves.Do(func() {
		l.push.mu.Lock()
		delete(l.push.players, l)
		l.push.mu.Unlock()
		if !l.quiet {
			l.push.hub.exit()
		}
	})
}
