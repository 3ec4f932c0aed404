package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// checkTimeout bounds one answer to a probe; Kubernetes waits as long by default.
const checkTimeout = time.Second

// phase is how far a process is in its life.
type phase string

const (
	starting phase = "" // so the zero Health is starting
	ready    phase = "ready"
	draining phase = "draining"
)

// Health tells whether work should be sent to a process. Its zero value says
// "starting". It is safe for concurrent use.
type Health struct {
	mu     sync.Mutex
	phase  phase
	checks []check
}

// check is one thing that readiness depends on, beside the phase.
type check struct {
	name string
	run  func(ctx context.Context) error
}

// AddCheck makes readiness depend on run, which is called for every probe and
// must return soon after its context ends. The name stands before its error.
func (h *Health) AddCheck(name string, run func(ctx context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks = append(h.checks, check{name: name, run: run})
}

// Ready returns nil if work should be sent to the process, else an error with
// the reasons: "starting", "draining", or "store: ..." for each failed check.
func (h *Health) Ready(ctx context.Context) error {
	h.mu.Lock()
	now, checks := h.phase, h.checks
	h.mu.Unlock()
	switch now {
	case starting:
		return errors.New("starting")
	case draining:
		return errors.New("draining")
	}
	var reasons []error
	for _, check := range checks {
		if err := check.run(ctx); err != nil {
			reasons = append(reasons, fmt.Errorf("%s: %w", check.name, err))
		}
	}
	return errors.Join(reasons...)
}

// Draining reports whether the process is about to end.
func (h *Health) Draining() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.phase == draining
}

// Mount adds the answers to probes: /livez is 200 as long as the process can
// answer at all, also while it drains; /readyz is 200, or 503 with the reasons.
// Their server is best the first part of the process, so the last to stop.
func (h *Health) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "alive")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
		defer cancel()
		if err := h.Ready(ctx); err != nil {
			answer(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		answer(w, http.StatusOK, "ready")
	})
}

// answer writes one line of text. The status is for probes, the text for people.
func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // a probe that has left needs no answer
}

// set begins the next phase. Phases only go on: a process that drains is never ready again.
func (h *Health) set(next phase) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.phase = next
}
