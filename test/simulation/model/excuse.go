package model

import (
	"slices"
	"strings"
)

// excuse is something that went wrong, for which requests may fail.
type excuse struct {
	seq    int
	at     int64
	about  string // a name that has the ids it is about; "" for everything
	writes bool   // of writes only
	shows  string // the service whose number may be missing in a row, "" for what fails a request
}

// Excuse notes that something went wrong: with whatever has about in its name, or
// with everything if about is empty.
func (m *Model) Excuse(about string, writesOnly bool) {
	m.seq++
	m.excuses = append(m.excuses, excuse{seq: m.seq, at: m.ms(), about: about, writes: writesOnly})
}

// Degraded notes that likes ("counter") or viewers ("room") of what has this name
// could not be had: rows of that moment may carry 0 instead.
func (m *Model) Degraded(service, name string) {
	m.seq++
	m.excuses = append(m.excuses, excuse{seq: m.seq, at: m.ms(), about: name, shows: service})
}

func (m *Model) degraded(r *Request, service string, key roomKey) bool {
	missing := slices.ContainsFunc(m.excuses, func(e excuse) bool {
		return e.seq > r.begun && e.shows == service && strings.Contains(e.about, key.owner)
	})
	return missing && m.excused(r, true, func(e *excuse) bool { return strings.Contains(e.about, key.owner) })
}

// aftermath is for how long, in milliseconds, what goes wrong can be felt: a service
// is down for seconds, and others wait for what is late.
const aftermath = 40_000

// reads are the Actions that never write.
var reads = []string{FetchList, FetchGroupMemberList, GetUserInfo}

// judgeFailure: a request fails only for what concerns it.
func (m *Model) judgeFailure(r *Request, reply Reply) {
	if !m.excused(r, slices.Contains(reads, r.Action), func(e *excuse) bool { return e.concerns(r) }) {
		m.Fail(Apart, r.ids(), "%s was answered %d %s, but nothing that concerns it went wrong", r, reply.Code, reply.Message)
	}
}

// excused reports whether something that concerns a request, or a part of it, went
// wrong before it was answered.
func (m *Model) excused(r *Request, reads bool, concerns func(*excuse) bool) bool {
	return slices.ContainsFunc(m.excuses, func(e excuse) bool {
		switch {
		case e.shows != "", e.writes && reads:
			return false
		case e.about == "":
			return e.at >= r.begunAt-aftermath
		default:
			return e.seq > r.begun && concerns(&e)
		}
	})
}

func (e *excuse) concerns(r *Request) bool {
	return slices.ContainsFunc(r.ids(), func(id string) bool { return id != "" && strings.Contains(e.about, id) })
}
