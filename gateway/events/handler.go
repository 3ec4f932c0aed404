package events

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"xiaozhibo.dev/gateway/auth"
	"xiaozhibo.dev/gateway/edge/hops"
	"xiaozhibo.dev/libs/listen"
)

const (
	path = "/events" // of the only thing that the listener has
	// joinTimeout is how long a reader waits for its first event.
	joinTimeout = 10 * time.Second
	// retryAfter is what refused readers are asked to wait, in seconds.
	retryAfter = "5"
)

// handler answers requests for events.
type handler struct {
	hub     *Hub
	gate    *auth.Gate // nil if no proof is asked for
	proxies hops.Trusted
	origins []string
	seats   *listen.Places // for readers, in all and of one address
	metrics *metrics
	ending  chan struct{} // closed when readers must go
}

// ServeHTTP answers with ordinary statuses: no released client asks for events.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != path {
		h.refuse(w, r, http.StatusNotFound, "the path is "+path)
		return
	}
	h.share(w, r)
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		h.get(w, r)
	case http.MethodOptions:
		h.options(w)
	default:
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		h.refuse(w, r, http.StatusMethodNotAllowed, "GET only")
	}
}

// share lets pages of configured origins read the answer, whatever it is.
func (h *handler) share(w http.ResponseWriter, r *http.Request) {
	if len(h.origins) == 0 {
		return
	}
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if slices.ContainsFunc(h.origins, func(ours string) bool { return strings.EqualFold(ours, origin) }) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
}

// options answers a pre-flight, which browsers send for what EventSource does not: headers.
func (h *handler) options(w http.ResponseWriter) {
	w.Header().Set("Allow", "GET, HEAD, OPTIONS")
	if w.Header().Get("Access-Control-Allow-Origin") != "" {
		w.Header().Set("Access-Control-Allow-Methods", "GET")
		w.Header().Set("Access-Control-Allow-Headers", "Authorization, UserSig, Last-Event-ID, Cache-Control")
		w.Header().Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
}

// get refuses in the order that costs least: what is asked for, then proof, then a seat. A seat
// is held until the reader has gone. HEAD takes none.
func (h *handler) get(w http.ResponseWriter, r *http.Request) {
	lists, known := readLists(r)
	if !known {
		h.refuse(w, r, http.StatusBadRequest, "flag must be 1 for rooms, 2 for recordings or 3 for both")
		return
	}
	if err := h.admit(r); err != nil {
		h.deny(w, r, err)
		return
	}
	if r.Method == http.MethodHead {
		headers(w)
		return
	}
	address := listen.AddressOf(h.client(r))
	switch h.seats.Take(address) {
	case listen.OverAddress:
		h.refuseForNow(w, r, http.StatusTooManyRequests, "too many readers from this address")
		return
	case listen.OverTotal:
		h.refuseForNow(w, r, http.StatusServiceUnavailable, "too many readers")
		return
	}
	defer h.seats.GiveBack(address)
	h.stream(w, r, lists)
}

// stream tells a reader that has a seat.
func (h *handler) stream(w http.ResponseWriter, r *http.Request, lists Lists) {
	h.hub.enter()
	defer h.hub.leave()
	ctx, cancel := context.WithTimeout(r.Context(), joinTimeout)
	reader, err := h.hub.join(ctx, lists, lastID(r))
	cancel()
	if err != nil {
		h.hub.failed(r.Context(), "a reader cannot be told anything", err)
		h.refuseForNow(w, r, http.StatusServiceUnavailable, "the list cannot be read now")
		return
	}
	headers(w)
	out := newStream(w)
	ctx = context.WithoutCancel(r.Context())
	h.metrics.began(ctx)
	if out.send(opening) != nil {
		h.metrics.endedBy(ctx, out.why())
		return
	}
	h.metrics.endedBy(ctx, reader.tell(r.Context(), out, h.ending))
}

// headers are those of a stream that nothing on the way may keep or change.
func headers(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store, no-transform")
	header.Set("X-Accel-Buffering", "no") // nginx would collect events
	header.Set("X-Content-Type-Options", "nosniff")
}

// readLists reads flag as FetchList has it; both lists if there is none.
func readLists(r *http.Request) (Lists, bool) {
	flag := r.URL.Query().Get("flag")
	if flag == "" {
		return Both, true
	}
	n, err := strconv.Atoi(flag)
	lists := Lists(n)
	return lists, err == nil && Live <= lists && lists <= Both
}

// lastID returns the id of the last event that the reader knows. The header goes first:
// EventSource sends it when it connects again, to the URL of before.
func lastID(r *http.Request) string {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	return r.URL.Query().Get("last_event_id")
}
