package model

// patience is for how long, in milliseconds, a request that was not answered may
// still find out which session it is for. It is longer than any request takes.
const patience = 20_000

// likesOf returns the bounds of the likes of a session or recording in an answer
// to r.
func (m *Model) likesOf(r *Request, user string, of roomKey) (least, most int64) {
	for _, like := range m.likes[user] {
		if like.refused || like.begun > r.ended {
			continue
		}
		possible, certain := m.counts(like, of)
		certain = certain && like.acked && like.ended < r.begun
		switch {
		case like.Delta > 0 && possible:
			most++
			if certain {
				least++
			}
		case like.Delta < 0 && possible:
			least--
		}
	}
	return max(least, 0), most
}

// counts reports whether a like can be for a session or recording, and whether
// it can be for nothing else.
func (m *Model) counts(like *Request, of roomKey) (possible, certain bool) {
	if like.Flag == 1 {
		found := m.recording(like.Anchor, like.FileID)
		same := found != nil && of == roomKey{owner: found.owner()}
		return same, same
	}
	until, untilSeq := like.begunAt+patience, m.seq
	if like.acked {
		until, untilSeq = like.endedAt, like.ended
	}
	certain = true
	all := m.sessions[like.Anchor]
	for i, s := range all {
		over := i+1 < len(all) && all[i+1].seq <= like.begun // replaced before
		if over || s.seq > untilSeq || s.opened > until {
			continue
		}
		if (roomKey{like.Anchor, s.number}) == of {
			possible = true
		} else {
			certain = false
		}
	}
	return possible, possible && certain
}
