package events_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
)

// message is one event of a stream.
type message struct{ id, event, data string }

// stream is what a reader is told.
type stream struct {
	t      testing.TB
	resp   *http.Response
	lines  *bufio.Reader
	lastID string
	beats  int // heartbeats so far
	retry  string
	said   string // the last comment
}

// read connects, with the id of the last event that is known.
func (c *copyOf) read(t testing.TB, query, lastID string) *stream {
	t.Helper()
	resp := c.ask(t, http.MethodGet, "/events"+query, "Last-Event-ID", lastID) //nolint:bodyclose // stream.close does
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(resp.Body)
		t.Fatalf("answered %d %s", resp.StatusCode, body)
	}
	return &stream{t: t, resp: resp, lines: bufio.NewReader(resp.Body)}
}

func (c *copyOf) ask(t testing.TB, method, path string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.base+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err := c.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func (s *stream) close() { _ = s.resp.Body.Close() }

// next returns the next event; an empty one at the end of the stream. What it does beside is what a
// browser does.
func (s *stream) next() (m message) {
	id, hasID := "", false
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			return message{}
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "\n":
			if hasID {
				s.lastID = id
			}
			if m.data != "" {
				m.id = s.lastID
				return m
			}
			m, hasID = message{}, false
		case name == "":
			s.said = value
			if value == "alive" {
				s.beats++
			}
		case name == "id":
			id, hasID = value, true
		case name == "event":
			m.event = value
		case name == "data":
			m.data += value
		case name == "retry":
			s.retry = value
		default:
			s.t.Errorf("a line that is none: %q", line)
		}
	}
}

// change returns the next event that tells no numbers.
func (s *stream) change() message {
	for {
		if m := s.next(); m.event != "numbers" {
			return m
		}
	}
}

// wantAll takes what a reader who knows nothing is told first: the whole list, with this id.
func (s *stream) wantAll(id string, parts ...string) {
	s.t.Helper()
	s.want("reset", "")
	s.want("snapshot", id, parts...)
}

// want takes the next event that tells no numbers, which must be this one.
func (s *stream) want(event, id string, parts ...string) {
	s.t.Helper()
	m := s.change()
	if m.event != event || m.id != id {
		s.t.Errorf("told %+v, want %s with the id %q", m, event, id)
	}
	for _, part := range parts {
		if !strings.Contains(m.data, part) {
			s.t.Errorf("told %s, want %s in it", m.data, part)
		}
	}
}
