package live

import (
	"context"

	"xiaozhibo.dev/services/media/flv"
)

// settleTime is how much of a push, in its own time, may pass before it is known which
// tracks it has, if it does not say so.
const settleTime = 1000 // milliseconds

// tracks are those that a pusher announces.
type tracks struct{ video, audio bool }

// Expect says which tracks the pusher has announced.
func (p *Push) Expect(video, audio bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expects = &tracks{video: video, audio: audio}
}

// note keeps what a player must be told first.
func (p *Push) note(tag *flv.Tag) {
	switch {
	case tag.Kind == flv.Script:
		p.script = tag
		return
	case tag.Config && tag.Kind == flv.Video:
		p.video = tag
	case tag.Config && tag.Kind == flv.Audio:
		p.audio = tag
	}
	if p.first == nil {
		p.first = tag
	}
}

// tracksKnown reports whether outputs can begin with tag: both tracks are there, or all that were
// announced, or settleTime has passed by the pusher's clock without another.
func (p *Push) tracksKnown(tag *flv.Tag) bool {
	video, audio := p.video != nil, p.audio != nil
	switch {
	case !video && !audio:
		return false
	case video && audio:
		return true
	case p.expects != nil && (video || !p.expects.video) && (audio || !p.expects.audio):
		return true
	default:
		return tag.Kind != flv.Script && tag.DTS-p.first.DTS >= settleTime
	}
}

// Tracks says what the push consists of, once Ready.
func (p *Push) Tracks() (video, audio *flv.Tag) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.video, p.audio
}

// Ready waits until it is known which tracks there are.
func (p *Push) Ready(ctx context.Context) error {
	select {
	case <-p.ready:
		return nil
	case <-p.over:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}
