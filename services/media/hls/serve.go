package hls

import (
	"net/http"
	"regexp"
	"sync"

	"xiaozhibo.dev/services/media/live"
)

// Streams finds the output of a push. It is safe for concurrent use.
type Streams struct {
	options Options
	outputs sync.Map // *live.Push to *Output
}

// NewStreams returns one without streams.
func NewStreams(options Options) *Streams { return &Streams{options: options} }

// Add makes the push into HLS, until it is over.
func (s *Streams) Add(push *live.Push) {
	output := &listed{NewOutput(push.Stream, s.options), s, push}
	s.outputs.Store(push, output.Output)
	push.Add(output)
}

// listed leaves the list when it is closed.
type listed struct {
	*Output
	streams *Streams
	push    *live.Push
}

// Close ends the playlists. Whoever asks for them from then on finds no output.
func (l *listed) Close() {
	l.streams.outputs.Delete(l.push)
	l.Output.Close()
}

// Serve answers with the playlist of a push, if name is "", or with what that refers to. The
// answer is 404 for a push that is not made into HLS, and for a name that its muxer does not
// know or has forgotten.
func (s *Streams) Serve(w http.ResponseWriter, r *http.Request, push *live.Push, name string) {
	found, ok := s.outputs.Load(push)
	if !ok {
		http.NotFound(w, r)
		return
	}
	muxer := found.(*Output).current()
	if muxer == nil {
		http.Error(w, "the stream is not to be had as HLS", http.StatusNotFound)
		return
	}
	if name == "" {
		name = "index.m3u8"
		w = &prefixed{ResponseWriter: w, prefix: push.Stream + "/"}
	}
	request := r.Clone(r.Context())
	request.URL.Path = "/" + name
	answer := &counted{ResponseWriter: w}
	muxer.Handle(answer, request)
	if !answer.began {
		http.NotFound(w, r)
	}
}

// counted knows whether anything was answered: the library says nothing of what it does
// not know.
type counted struct {
	http.ResponseWriter
	began bool
}

// WriteHeader and Write note that there is an answer.
func (c *counted) WriteHeader(status int) {
	c.began = true
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(p []byte) (int, error) {
	c.began = true
	return c.ResponseWriter.Write(p)
}

// prefixed puts the stream's folder before what a playlist refers to: the playlist itself
// lies beside that folder.
type prefixed struct {
	http.ResponseWriter
	prefix string
}

// What a playlist refers to: a line that is no comment, or an attribute of one.
var (
	lineStart = regexp.MustCompile(`(?m)^([^#\s])`)
	attribute = regexp.MustCompile(`URI="`)
)

func (p *prefixed) Write(text []byte) (int, error) {
	out := lineStart.ReplaceAll(text, []byte(p.prefix+"${1}"))
	out = attribute.ReplaceAll(out, []byte(`URI="`+p.prefix))
	p.Header().Del("Content-Length")
	if _, err := p.ResponseWriter.Write(out); err != nil {
		return 0, err
	}
	return len(text), nil
}
