package presence

import (
	"context"
	"time"

	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
)

const (
	// listEvery is how often the list is read at most, to find groups that are not known.
	// A callback of such a group waits for the next time.
	listEvery = time.Second
	// listPage is how many rows are read at once.
	listPage = 1000
	// remembered is how long a group is known after its room was last listed: viewers
	// leave after the end too, and a room that breaks off may come back.
	remembered = time.Hour
	// maxRooms is how many rooms of one group are looked at.
	maxRooms = 16
)

// groups finds the rooms of a group. It knows which anchors had one in the list, and asks the
// stream service whether that is so still: it can miss a room, and never takes another's. Its
// memory grows with the rooms that are listed, and not with those that are hidden or over. It is
// safe for concurrent use. One caller at a time reads the list, and those who wait for it find
// what that one has read.
type groups struct {
	stream streams.Service
	now    func() time.Time

	turn  chan struct{}                   // of whoever reads the list, or looks into known
	began time.Time                       // when the list was last read
	known map[string]map[string]time.Time // group → anchor → when last listed
}

// newGroups knows no group yet: the first callback reads the list.
func newGroups(stream streams.Service, now func() time.Time) *groups {
	return &groups{stream: stream, now: now, turn: make(chan struct{}, 1), known: map[string]map[string]time.Time{}}
}

// rooms returns the current sessions that have the group, whether or not they are online. A
// room that is in the list when the callback arrives is found.
func (g *groups) rooms(ctx context.Context, group string) ([]*streams.Session, error) {
	// What was read after the callback arrived is good enough for it; what was read before may lack its room.
	arrived := g.now()
	anchors, err := g.anchors(ctx, group, func() bool { return len(g.known[group]) == 0 && !g.began.After(arrived) })
	if err != nil {
		return nil, err
	}
	rooms, err := g.having(ctx, group, anchors)
	if err != nil || len(rooms) > 0 || len(anchors) == 0 {
		return rooms, err
	}
	// The session that had the group before has another one now. Somebody else may have it.
	if anchors, err = g.anchors(ctx, group, func() bool { return !g.began.After(arrived) }); err != nil {
		return nil, err
	}
	return g.having(ctx, group, anchors)
}

// having returns the current sessions of those of the anchors who have the group.
func (g *groups) having(ctx context.Context, group string, anchors []string) ([]*streams.Session, error) {
	if len(anchors) == 0 {
		return nil, nil
	}
	sessions, err := combine.All(g.stream.Sessions(ctx, anchors))
	if err != nil {
		return nil, err
	}
	var rooms []*streams.Session
	for _, session := range sessions {
		if session != nil && session.Group == group {
			rooms = append(rooms, session)
		}
	}
	return rooms, nil
}

// anchors returns those who are known to have had the group, after a look into the list if
// that must be.
func (g *groups) anchors(ctx context.Context, group string, must func() bool) ([]string, error) {
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done():
		return nil, apierr.Wrap(apierr.Unavailable, ctx.Err(), "the list was not read in time")
	}
	if must() {
		if err := g.read(ctx); err != nil {
			return nil, err
		}
	}
	var anchors []string
	for anchor := range g.known[group] {
		if len(anchors) < maxRooms {
			anchors = append(anchors, anchor)
		}
	}
	return anchors, nil
}

// pause lets listEvery pass since the list was last read. A clock that was put back makes it no longer.
func (g *groups) pause(ctx context.Context) error {
	wait := g.began.Add(listEvery).Sub(g.now())
	if wait <= 0 || g.began.IsZero() {
		return nil
	}
	timer := time.NewTimer(min(wait, listEvery))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return apierr.Wrap(apierr.Unavailable, ctx.Err(), "the list was not read in time")
	}
}

// read reads the list of rooms, no sooner than listEvery after the last time. A list that is read in part
// only adds what was read, but counts as not read: began stays as it was.
func (g *groups) read(ctx context.Context) error {
	if err := g.pause(ctx); err != nil {
		return err
	}
	began := g.now()
	for offset := 0; ; offset += listPage {
		page, err := combine.One(g.stream.Pages(ctx, []streams.Query{{Live: true, Offset: offset, Limit: listPage}}))
		if err != nil {
			return err
		}
		for _, session := range page.Sessions {
			if g.known[session.Group] == nil {
				g.known[session.Group] = map[string]time.Time{}
			}
			g.known[session.Group][session.User] = began
		}
		if len(page.Sessions) < listPage {
			break
		}
	}
	g.forget(began)
	g.began = began
	return nil
}

// forget drops the anchors that were last listed too long ago, and the groups that are left without any.
func (g *groups) forget(now time.Time) {
	for group, anchors := range g.known {
		for anchor, listed := range anchors {
			if now.Sub(listed) > remembered {
				delete(anchors, anchor)
			}
		}
		if len(anchors) == 0 {
			delete(g.known, group)
		}
	}
}
