package model

import (
	"cmp"
	"slices"
	"strings"
)

// catalogue is who was live and what was recorded at one moment. It never
// changes.
type catalogue struct {
	at         int64            // Unix milliseconds, since when
	anchors    []*anchor        // by user
	recordings []*recording     // in the order they are listed
	borders    []int64          // when it shows less by itself
	forgets    map[string]int64 // when each anchor is forgotten by itself
}

func (c *catalogue) anchor(user string) *anchor {
	i, found := slices.BinarySearchFunc(c.anchors, user, func(a *anchor, user string) int { return cmp.Compare(a.user, user) })
	if !found {
		return nil
	}
	return c.anchors[i]
}

// known is anchor, of those who are not forgotten.
func (c *catalogue) known(user string, at int64) *anchor {
	a := c.anchor(user)
	if a == nil || at >= c.forgets[user] {
		return nil
	}
	return a
}

// recording finds one by any of its file ids.
func (c *catalogue) recording(user, fileID string) *recording {
	for _, r := range c.recordings {
		if r.user == user && slices.Contains(r.files, fileID) {
			return r
		}
	}
	return nil
}

// group returns the room that a request names, by its own rules.
func (c *catalogue) group(r *Request, at int64) (roomKey, bool) {
	if r.Flag == 1 {
		if found := c.recording(r.Anchor, r.Group); found != nil {
			return roomKey{owner: found.owner()}, true
		}
		return roomKey{}, false
	}
	a := c.known(r.Anchor, at)
	if a == nil || a.group != r.Group {
		return roomKey{}, false
	}
	return roomKey{a.user, a.session}, true
}

// live returns the rooms that are listed, in order.
func (c *catalogue) live(at int64) (rooms []*anchor) {
	for _, a := range c.anchors {
		if a.listed(at) {
			rooms = append(rooms, a)
		}
	}
	slices.SortStableFunc(rooms, func(a, b *anchor) int { return cmp.Compare(b.timestamp, a.timestamp) })
	return rooms
}

// recorded returns the recordings that are listed, in order.
func (c *catalogue) recorded(at, window int64) (listed []*recording) {
	for _, r := range c.recordings {
		if at < r.end*1000+window {
			listed = append(listed, r)
		}
	}
	return listed
}

// with returns the catalogue with one anchor in another state.
func (c *catalogue) with(a *anchor) *catalogue {
	next := *c
	next.anchors = slices.Clone(c.anchors)
	i, found := slices.BinarySearchFunc(next.anchors, a.user, func(a *anchor, user string) int { return cmp.Compare(a.user, user) })
	if found {
		next.anchors[i] = a
	} else {
		next.anchors = slices.Insert(next.anchors, i, a)
	}
	return &next
}

// withRecording returns the catalogue with one recording added, or in the place
// of what it was.
func (c *catalogue) withRecording(before, r *recording) *catalogue {
	next := *c
	next.recordings = slices.Clone(c.recordings)
	if i := slices.Index(next.recordings, before); i >= 0 {
		next.recordings[i] = r
		return &next
	}
	next.recordings = append(next.recordings, r)
	slices.SortFunc(next.recordings, func(a, b *recording) int {
		return cmp.Or(cmp.Compare(b.start, a.start), strings.Compare(a.files[0], b.files[0]), strings.Compare(a.user, b.user))
	})
	return &next
}

func (m *Model) latest() *catalogue { return m.history[len(m.history)-1] }

func (m *Model) put(c *catalogue) {
	m.seq++
	c.at = m.ms()
	c.forgets = m.forgets(c)
	c.borders = borders(c, m.settings.RecordingWindow.Milliseconds())
	m.history = append(m.history, c)
}
