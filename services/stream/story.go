package stream

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"xiaozhibo.dev/libs/api/streams"
)

const (
	maxStoryBytes = 6 << 10 // of all lines of a story
	maxIDBytes    = 120     // of a sequence or file id in a line
	sameLines     = 8       // so many lines are looked at for what is told again

	// tellEvery is how often what is told again and again is written down. Whoever repeats
	// without end costs a write each second, and no more.
	tellEvery = time.Second
)

// Story is what has happened to a session: a line for each entry, oldest first. It is kept
// as text, because a change adds to the end and reads only the last lines. The fields of a
// line are, behind one blank each: when by our clock, when by the sender's, how often it
// was told again, when for the last time, source, what, verdict, id. The fields from the
// source on say what was told.
type Story struct {
	Lines   string `json:"lines,omitempty"`
	Dropped int    `json:"dropped,omitempty"` // lines that made room for newer ones
}

// heads is how many fields stand before what was told.
const heads = 4

// add adds an entry. What one of the last lines says already, and what changed nothing, is
// counted there; of it there is one each second. It reports whether the story has changed. What was
// applied is counted at the last line only: with something in between, it has happened anew.
func (s *Story) add(e streams.Entry) bool {
	told := strings.Join([]string{string(e.Source), string(e.What), string(e.Verdict), quoted(e.ID)}, " ")
	end := len(s.Lines)
	for n := 0; end > 0 && n < sameLines; n++ {
		begin := strings.LastIndexByte(s.Lines[:end-1], '\n') + 1
		line := s.Lines[begin : end-1]
		if parts := strings.SplitN(line, " ", heads+1); len(parts) > heads && parts[heads] == told && (n == 0 || e.Verdict != streams.Applied) {
			return s.countAgain(begin, end, parts, e.At)
		}
		end = begin
	}
	s.Lines += strings.Join([]string{text(e.At), text(e.SentAt), "0", "0", told}, " ") + "\n"
	s.bound()
	return true
}

// countAgain counts the line from begin to end once more, unless it was within a second.
func (s *Story) countAgain(begin, end int, parts []string, at int64) bool {
	last := max(number(parts[0]), number(parts[3]))
	if since := at - last; since >= 0 && since < tellEvery.Milliseconds() {
		return false
	}
	parts[2], parts[3] = text(number(parts[2])+1), text(at)
	s.Lines = s.Lines[:begin] + strings.Join(parts, " ") + "\n" + s.Lines[end:]
	return true
}

// bound drops the oldest lines that are too many. The first is the opening, and stays.
func (s *Story) bound() {
	excess := strings.Count(s.Lines, "\n") - streams.MaxEntries
	for ; excess > 0 || len(s.Lines) > maxStoryBytes; excess-- {
		first := strings.IndexByte(s.Lines, '\n') + 1
		second := strings.IndexByte(s.Lines[first:], '\n') + 1
		if second == 0 {
			return
		}
		s.Lines = s.Lines[:first] + s.Lines[first+second:]
		s.Dropped++
	}
}

// Entries reads the story, oldest first. A line that cannot be read is left out. The slice is
// the caller's, and never nil.
func (s *Story) Entries() []streams.Entry {
	entries := []streams.Entry{}
	for line := range strings.Lines(s.Lines) {
		parts := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		if len(parts) != heads+4 {
			continue
		}
		id, _ := url.QueryUnescape(parts[7])
		entries = append(entries, streams.Entry{
			At: number(parts[0]), SentAt: number(parts[1]), Times: int(number(parts[2])), Last: number(parts[3]),
			Source: streams.Source(parts[4]), What: streams.What(parts[5]), Verdict: streams.Verdict(parts[6]), ID: id,
		})
	}
	return entries
}

// quoted is an id without blanks and line ends, cut if it is very long. A blank would end the
// field, a line end the line, and ids come from outside.
func quoted(id string) string { return url.QueryEscape(id[:min(len(id), maxIDBytes)]) }

// text is the form that number reads.
func text(n int64) string { return strconv.FormatInt(n, 10) }

// number is 0 for what is none: a story that is damaged is not worth an error.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// tell adds to the story of the current session, if there is one.
func (a *Anchor) tell(e streams.Entry) {
	if a.Exists() {
		a.Story.add(e)
	}
}

// StoryOf returns what is known of an anchor's current session as it is at now, nil if
// there is none. It does not change the anchor.
func StoryOf(a Anchor, now time.Time, config Config) *streams.Story {
	a.heal(now)
	if !a.Exists() {
		return nil
	}
	a.expire(now, config)
	gone := a.forgotten(now, config)
	if gone {
		a.tellForgotten(config)
	}
	session := a.Session
	session.Forbid = a.Forbidden > now.UnixMilli()
	story := &streams.Story{
		Session: session, Current: !gone, Standing: a.standing(session.Forbid), Reason: a.EndReason,
		Opened: a.Opened, FirstOnline: a.FirstOnline, Alive: a.Alive, Ended: a.Ended,
		Sequence: a.Push.Sequence, Pushed: a.Push.At * 1000, Entries: a.Story.Entries(), Dropped: a.Story.Dropped,
	}
	if a.Live() {
		story.Until = a.Alive + config.LiveTTL.Milliseconds()
	}
	return story
}

// standing is why a settled session is listed or not, the strongest reason first. forbid: the
// user is banned from going live.
func (a *Anchor) standing(forbid bool) streams.Standing {
	switch {
	case a.Session.Online:
		return streams.Listed
	case forbid:
		return streams.Banned
	case a.WantsPush:
		return streams.NeedsPush
	case a.Live():
		return streams.NeverOnline
	default:
		return streams.Over
	}
}
