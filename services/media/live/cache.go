package live

import "xiaozhibo.dev/services/media/flv"

// cache is what came since the last key frame, so that a player begins with it at once. A
// key frame that is too far back for the limit is forgotten: players wait for the next.
type cache struct {
	limit int
	tags  []*flv.Tag
	bytes int
}

// add takes a tag. Without video every frame of audio stands for itself, so only the last is
// kept. video: the push has video.
func (c *cache) add(tag *flv.Tag, video bool) {
	switch {
	case tag.Config || tag.Kind == flv.Script:
		return // told apart from frames
	case tag.Key, !video:
		c.empty()
	}
	if tag.Key || !video || len(c.tags) > 0 {
		c.tags = append(c.tags, tag)
		c.bytes += len(tag.Bytes())
	}
	if c.bytes > c.limit {
		c.empty()
	}
}

// empty keeps the memory of the slice, but none of the tags.
func (c *cache) empty() {
	clear(c.tags)
	c.tags, c.bytes = c.tags[:0], 0
}
