package events

import (
	"errors"
	"fmt"
	"net/http"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/libs/apierr"
)

// deny answers what the gate said: it has no keys yet, or the proof is no good.
func (h *handler) deny(w http.ResponseWriter, r *http.Request, err error) {
	var known *apierr.Error
	switch {
	case !errors.As(err, &known):
		h.refuse(w, r, http.StatusInternalServerError, "proof cannot be judged")
	case known.Code == apierr.Denied:
		w.Header().Set("WWW-Authenticate", "Bearer")
		h.refuse(w, r, http.StatusUnauthorized, known.Message)
	default:
		h.refuseForNow(w, r, http.StatusServiceUnavailable, known.Message)
	}
}

// refuseForNow refuses what may be possible later.
func (h *handler) refuseForNow(w http.ResponseWriter, r *http.Request, status int, message string) {
	w.Header().Set("Retry-After", retryAfter)
	h.refuse(w, r, status, message)
}

// refuse answers with a status and, as JSON, a message for whoever wrote the client. It is
// cached nowhere: the next try may succeed.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	h.metrics.refusedWith(r.Context(), status)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	body := append(envelope.AppendText(fmt.Appendf(nil, `{"code":%d`, status), `,"message":`, message), '}')
	_, _ = w.Write(body) // whoever left needs no answer
}
