package web

import (
	"context"
	"errors"
	"net/http"

	"xiaozhibo.dev/services/media/flv"
	"xiaozhibo.dev/services/media/live"
)

// flv sends a stream until it ends, the player leaves, or lags too far behind.
func (h *handler) flv(w http.ResponseWriter, r *http.Request, push *live.Push) {
	player, err := push.Join()
	switch {
	case errors.Is(err, live.ErrTooManyPlayers):
		http.Error(w, "too many players", http.StatusServiceUnavailable)
		return
	case err != nil:
		http.Error(w, "the stream is not live", http.StatusNotFound)
		return
	}
	defer player.Leave()
	w.Header().Set("Content-Type", "video/x-flv")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	video, audio := push.Tracks()
	control := http.NewResponseController(w)
	h.Log.Debug("a player joined", "stream", push.Stream, "from", r.RemoteAddr)
	if h.write(w, control, flv.Header(audio != nil, video != nil)) != nil {
		return
	}
	if err := h.follow(r.Context(), w, control, player); errors.Is(err, live.ErrSlow) {
		h.Log.Info("a player was cut off", "stream", push.Stream, "from", r.RemoteAddr, "why", err.Error())
	}
}

// follow sends what comes, and returns why no more does: the queue's error, or that of a write.
func (h *handler) follow(ctx context.Context, w http.ResponseWriter, control *http.ResponseController, player *live.Player) error {
	for {
		tags, err := player.Next(ctx)
		if err != nil {
			return err
		}
		if err := h.write(w, control, bytesOf(tags)...); err != nil {
			return err
		}
	}
}

// bytesOf are the tags as they stand in FLV; nothing is copied.
func bytesOf(tags []*flv.Tag) [][]byte {
	parts := make([][]byte, len(tags))
	for i, tag := range tags {
		parts[i] = tag.Bytes()
	}
	return parts
}

// write sends parts and counts them.
func (h *handler) write(w http.ResponseWriter, control *http.ResponseController, parts ...[]byte) error {
	sent := 0
	for _, part := range parts {
		n, err := w.Write(part)
		if sent += n; err != nil {
			return err
		}
	}
	h.Sent(sent)
	return control.Flush()
}
