package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"xiaozhibo.dev/services/media/access"
)

// forbidden answers with the streams that may not be pushed now.
func (h *handler) forbidden(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"forbidden": h.Forbidden.List()})
}

// forbid drops the stream too. It is forbidden first: a pusher that is dropped connects again
// at once.
func (h *handler) forbid(w http.ResponseWriter, r *http.Request) {
	ban, err := readBan(w, r, h.Now())
	if err != nil {
		answer(w, http.StatusBadRequest, map[string]any{"error": err.Error()})
		return
	}
	if err := h.Forbidden.Set(ban); err != nil {
		h.failed(w, err)
		return
	}
	dropped := h.Hub.Drop(ban.StreamID)
	h.Log.Info("a stream is forbidden", "stream", ban.StreamID, "until", time.Unix(ban.Until, 0).UTC(), "was_live", dropped)
	answer(w, http.StatusOK, map[string]any{"forbidden": ban, "dropped": dropped})
}

// readBan reads what forbid is asked for. The error is for the operator.
func readBan(w http.ResponseWriter, r *http.Request, now time.Time) (ban access.Ban, err error) {
	ban.StreamID = r.PathValue("stream")
	var asked struct {
		Until  int64  `json:"until"`
		Reason string `json:"reason"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&asked); err != nil {
		return ban, errors.New(`the body must be JSON such as {"until": 1480010800, "reason": "why"}`)
	}
	ban.Until, ban.Reason = asked.Until, asked.Reason
	switch {
	case access.CheckStream(ban.StreamID) != nil:
		return ban, access.ErrStream
	case ban.Until <= now.Unix() || ban.Until > now.Add(longest).Unix() || len(ban.Reason) > maxReason:
		return ban, errors.New("until must be Unix seconds, from now to 90 days ahead, and reason 512 bytes at most")
	}
	return ban, nil
}

// allow lets a stream be pushed again. It succeeds for one that was not forbidden.
func (h *handler) allow(w http.ResponseWriter, r *http.Request) {
	stream := r.PathValue("stream")
	if err := h.Forbidden.Lift(stream); err != nil {
		h.failed(w, err)
		return
	}
	h.Log.Info("a stream is allowed again", "stream", stream)
	answer(w, http.StatusOK, map[string]any{"stream_id": stream})
}
