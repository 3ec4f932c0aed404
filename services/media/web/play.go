// Package web is what players ask for by HTTP: streams as FLV and HLS, and recordings. Handler
// finds what a URL names and whether it is good; Server is a listener, for players and for
// operators alike.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"xiaozhibo.dev/services/media/access"
	"xiaozhibo.dev/services/media/live"
)

const (
	settleTime = 5 * time.Second // for the tracks of a stream that has just begun
)

// Playlists answers for the playlists and segments of a push, by their names.
type Playlists interface {
	Serve(w http.ResponseWriter, r *http.Request, push *live.Push, name string)
}

// Options are what the handler needs.
type Options struct {
	Hub        *live.Hub
	Admit      func(stream, secret, expires string) error
	Playlists  Playlists
	Recordings http.Handler // under /recordings/; nil: nothing is recorded
	Sent       func(n int)  // bytes to players
	Log        *slog.Logger
}

// Handler answers players. Pages from anywhere may play: what is asked for is the key in
// the URL, never a cookie.
func Handler(options Options) http.Handler {
	h := &handler{options}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /live/{file}", h.file)
	mux.HandleFunc("GET /live/{stream}/{name}", h.segment)
	if options.Recordings != nil {
		mux.Handle("GET /recordings/{file}", options.Recordings)
	}
	return anywhere(mux)
}

// handler answers players, one request in one goroutine.
type handler struct{ Options }

// anywhere lets pages of every origin read the answers.
func anywhere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Expose-Headers", "Content-Length, Content-Range")
		header.Set("X-Content-Type-Options", "nosniff")
		if r.Method == http.MethodOptions {
			header.Set("Access-Control-Allow-Methods", "GET, HEAD")
			header.Set("Access-Control-Allow-Headers", "Range")
			header.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(&steady{w, http.NewResponseController(w)}, r)
	})
}

// push finds the push of a stream for a URL that is good, or answers why not.
func (h *handler) push(w http.ResponseWriter, r *http.Request, stream string) *live.Push {
	query := r.URL.Query()
	if access.CheckStream(stream) != nil {
		http.Error(w, "no such stream", http.StatusNotFound)
		return nil
	}
	if err := h.Admit(stream, query.Get("txSecret"), query.Get("txTime")); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return nil
	}
	push := h.Hub.Push(stream)
	if push == nil {
		http.Error(w, "the stream is not live", http.StatusNotFound)
		return nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), settleTime)
	defer cancel()
	if push.Ready(ctx) != nil {
		http.Error(w, "the stream has no frames yet", http.StatusNotFound)
		return nil
	}
	return push
}

// file answers for what stands beside the stream's folder: the stream itself, or its playlist.
func (h *handler) file(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	if stream, is := strings.CutSuffix(file, ".flv"); is {
		if push := h.push(w, r, stream); push != nil {
			h.flv(w, r, push)
		}
		return
	}
	if stream, is := strings.CutSuffix(file, ".m3u8"); is {
		if push := h.push(w, r, stream); push != nil {
			h.Playlists.Serve(w, r, push, "")
		}
		return
	}
	http.NotFound(w, r)
}

// segment answers for what a playlist refers to. A playlist repeats the query that it was asked for with, so the
// key is asked for here too.
func (h *handler) segment(w http.ResponseWriter, r *http.Request) {
	if push := h.push(w, r, r.PathValue("stream")); push != nil {
		h.Playlists.Serve(w, r, push, r.PathValue("name"))
	}
}
