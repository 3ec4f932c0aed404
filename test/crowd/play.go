package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"xiaozhibo.dev/test/crowd/audience"
	"xiaozhibo.dev/test/crowd/load"
)

// crowd is all who play.
type crowd struct {
	options
	world   *audience.World
	engine  *load.Engine
	anchors []*audience.Anchor
	opening time.Duration // when the first viewer may come, since half of the anchors are there
	end     time.Duration
}

// anchorsEachSecond is how fast the anchors come that are there before the first viewer.
const anchorsEachSecond = 200

// ending bounds how long the anchors may take to end.
const ending = 2 * time.Minute

// assemble makes a crowd that has done nothing yet. The clock of its engine runs.
func assemble(o options, url string) (*crowd, error) {
	target, err := load.ParseTarget(url)
	if err != nil {
		return nil, err
	}
	c := &crowd{options: o}
	habits := o.habits.Faster(o.faster)
	ramp := time.Duration(o.rooms) * time.Second / anchorsEachSecond
	c.opening = ramp + 4*habits.Prepare + 500*time.Millisecond
	c.end = c.opening + o.real(o.length)
	c.world = audience.NewWorld(o.name, o.seed, o.rooms, o.carrier, habits)
	c.engine = load.NewEngine(load.Options{Target: target, Connections: o.connections, Fresh: o.fresh, Gzip: o.gzips, Seed: o.seed})
	random := rand.New(rand.NewPCG(o.seed, 0))
	for i := range o.rooms {
		at := time.Duration(random.Int64N(int64(ramp)))
		if i%2 == 1 { // the others come while the crowd is there
			at = c.opening + time.Duration(random.Float64()*float64(c.end-c.opening))
		}
		anchor := c.world.NewAnchor(i, at, c.end)
		c.anchors = append(c.anchors, anchor)
		c.engine.Add(anchor)
	}
	for i := range o.viewers {
		c.engine.Add(c.world.NewViewer(i, c.arrives(random)))
	}
	return c, nil
}

// real is how long a time of the viewers takes.
func (o *options) real(d time.Duration) time.Duration { return time.Duration(float64(d) / o.faster) }

// arrives is when a viewer comes.
func (c *crowd) arrives(random *rand.Rand) time.Duration {
	if !c.evening {
		return c.opening + time.Duration(random.Float64()*float64(c.real(c.within)))
	}
	middle := (random.Float64() + random.Float64()) / 2 // more come in the middle than at the ends
	return c.opening + time.Duration(0.9*middle*float64(c.end-c.opening))
}

// play plays to the end. Those who are in a room then stay there.
func (c *crowd) play(ctx context.Context) error { return c.engine.Play(ctx, c.end) }

// finish has every anchor end that has not.
func (c *crowd) finish(ctx context.Context) error {
	c.engine.Clear()
	now := c.engine.Now()
	for _, a := range c.anchors {
		if a.Live() {
			a.Finish(now)
			c.engine.Add(a)
		}
	}
	if err := c.engine.Play(ctx, now+ending); err != nil {
		return err
	}
	for _, a := range c.anchors {
		if a.Live() {
			return fmt.Errorf("an anchor could not end within %s", ending)
		}
	}
	return nil
}
