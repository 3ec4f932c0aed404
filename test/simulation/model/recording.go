package model

import "slices"

// recording is one row of recorded files. It never changes, but for names that
// are settled by the first answer that shows it. Times are Unix seconds.
type recording struct {
	user, flv, hls, mp4 string
	files               []string // ids, the one announced first leads
	start, end          int64
	named               *named
}

// named are the texts a recording may have: those of the session it was made
// of, or of several where they stand so close that either is right.
type named struct{ candidates []text }

type text struct {
	title   string
	profile Profile
}

func (r *recording) owner() string { return r.user + "\x00" + r.files[0] }

func (r *recording) playURL() string {
	for _, url := range []string{r.flv, r.mp4, r.hls} {
		if url != "" {
			return url
		}
	}
	return ""
}

// within is how far, in seconds, the times of one recording's files may differ.
const within = 2

// Recorded notes that a file has reached the store.
func (m *Model) Recorded(f File) {
	if m.suspended {
		return
	}
	user, known := m.streams[f.StreamID]
	if !known {
		m.Fail(Kept, []string{f.FileID}, "a file of stream %q was kept for nobody", f.StreamID)
		return
	}
	if m.known(user) == nil { // forgotten since
		m.seq++
		m.reached(f, user, f.FileID)
		return
	}
	if f.length() < m.settings.MinRecording {
		m.Fail(Pages, []string{user, f.FileID}, "file %q of %s became a recording", f.FileID, f.length())
	}
	c := m.latest()
	before := c.recording(user, f.FileID)
	for _, r := range c.recordings {
		if before == nil && r.user == user && near(r.start, f.Start) && near(r.end, f.End) {
			before = r
		}
	}
	next := &recording{user: user, files: []string{f.FileID}, start: f.Start, end: f.End}
	if before != nil {
		*next = *before
		if !slices.Contains(next.files, f.FileID) {
			next.files = append(slices.Clip(next.files), f.FileID)
		}
	} else {
		next.named = &named{m.textsOf(user, f.Start, f.End)}
	}
	switch f.Format {
	case "flv":
		next.flv = f.URL
	case "hls":
		next.hls = f.URL
	case "mp4":
		next.mp4 = f.URL
	}
	m.put(c.withRecording(before, next))
	m.reached(f, user, f.FileID)
}

func near(a, b int64) bool { return max(a-b, b-a) <= within }

// textsOf returns the texts of the session a recording shares most time with,
// and of those that share nearly as much.
func (m *Model) textsOf(user string, start, end int64) (candidates []text) {
	if a := m.latest().anchor(user); a != nil {
		m.settled(a) // tells the session when it ended
	}
	const nearly = (within + 1) * 1000
	all := slices.Clone(m.sessions[user])
	current := all[len(all)-1]
	all = slices.DeleteFunc(all, func(s *session) bool { return !s.everOnline || s.forgotten })
	if len(all) == 0 {
		all = []*session{current}
	}
	shared := func(s *session) int64 {
		ended := s.ended
		if ended == 0 {
			ended = m.ms()
		}
		return min(ended, end*1000) - max(s.opened, start*1000)
	}
	best := shared(all[0])
	for _, s := range all {
		best = max(best, shared(s))
	}
	for _, s := range all {
		if shared(s) >= best-nearly {
			candidates = append(candidates, text{s.title, s.profile})
		}
	}
	return candidates
}

// settle reports whether a row may carry this text; from then on it must.
func (n *named) settle(t text) bool {
	if !slices.Contains(n.candidates, t) {
		return false
	}
	n.candidates = []text{t}
	return true
}
