// Package control is what operators and the gateway's reconciler ask of the media server:
// which streams are live, and to drop or forbid one. It asks for a secret. It is HTTP and JSON,
// and has what the platforms' own APIs have: docs/media.md lists it.
package control

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"xiaozhibo.dev/libs/admin"
	"xiaozhibo.dev/libs/rpc/credentials"
	"xiaozhibo.dev/services/media/access"
	"xiaozhibo.dev/services/media/flv"
	"xiaozhibo.dev/services/media/live"
)

const (
	maxBody   = 4 << 10             // bytes of a request
	maxReason = 512                 // bytes
	longest   = 90 * 24 * time.Hour // what the platform forbids a stream for at most
)

// Options are what the handler needs.
type Options struct {
	Hub       *live.Hub
	Forbidden *access.Forbidden
	Delete    func(id string) (bool, error) // a recording
	Secret    *credentials.Secret
	Now       func() time.Time
	Log       *slog.Logger
}

// Handler answers those who know the secret. It is safe for concurrent use.
func Handler(options Options) http.Handler {
	h := &handler{options}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /streams", h.list)
	mux.HandleFunc("GET /streams/{stream}", h.one)
	mux.HandleFunc("DELETE /streams/{stream}", h.drop)
	mux.HandleFunc("GET /forbidden", h.forbidden)
	mux.HandleFunc("PUT /forbidden/{stream}", h.forbid)
	mux.HandleFunc("DELETE /forbidden/{stream}", h.allow)
	mux.HandleFunc("DELETE /recordings/{id}", h.remove)
	return admin.Guard("media control", options.Secret, mux, options.Log)
}

// handler answers requests that have shown the secret.
type handler struct{ Options }

// Stream is one that is live.
type Stream struct {
	StreamID string `json:"stream_id"`
	Sequence string `json:"sequence"`
	Since    int64  `json:"since"` // Unix seconds
	From     string `json:"from"`  // the pusher's address
	Players  int    `json:"players"`
	Bytes    int64  `json:"bytes"` // received
	Video    string `json:"video,omitempty"`
	Audio    string `json:"audio,omitempty"`
}

// describe is a push as it is now; another moment has other numbers.
func describe(push *live.Push) Stream {
	s := Stream{
		StreamID: push.Stream, Sequence: push.Sequence, Since: push.Began.Unix(), From: push.Address,
		Players: push.Players(), Bytes: push.Received(),
	}
	video, audio := push.Tracks()
	if video != nil {
		s.Video = map[flv.Codec]string{flv.H264: "h264", flv.H265: "h265"}[video.Codec]
	}
	if audio != nil {
		s.Audio = "aac"
	}
	return s
}

// list answers with all pushes, by the names of their streams.
func (h *handler) list(w http.ResponseWriter, _ *http.Request) {
	streams := []Stream{}
	for _, push := range h.Hub.Pushes() {
		streams = append(streams, describe(push))
	}
	answer(w, http.StatusOK, map[string]any{"streams": streams})
}

// one says whether a stream is live, and whether it may be.
func (h *handler) one(w http.ResponseWriter, r *http.Request) {
	stream := r.PathValue("stream")
	state := map[string]any{"stream_id": stream, "state": "inactive"}
	switch push := h.Hub.Push(stream); {
	case push != nil:
		state["state"], state["push"] = "active", describe(push)
	case h.Forbidden.Check(stream) != nil:
		state["state"] = "forbid"
	}
	answer(w, http.StatusOK, state)
}

// drop succeeds for a stream that is not live, as the platform does.
func (h *handler) drop(w http.ResponseWriter, r *http.Request) {
	stream := r.PathValue("stream")
	dropped := h.Hub.Drop(stream)
	h.Log.Info("a stream is dropped", "stream", stream, "was_live", dropped)
	answer(w, http.StatusOK, map[string]any{"dropped": dropped})
}

// remove deletes a recording. It succeeds for one that is not there.
func (h *handler) remove(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	removed, err := h.Delete(id)
	if err != nil {
		h.failed(w, err)
		return
	}
	h.Log.Info("a recording is deleted", "file", id, "was_there", removed)
	answer(w, http.StatusOK, map[string]any{"deleted": removed})
}

// failed answers that nothing has changed. The cause goes into the log alone, as it names paths.
func (h *handler) failed(w http.ResponseWriter, err error) {
	h.Log.Error("what an operator asked for was not done", "err", err)
	answer(w, http.StatusServiceUnavailable, map[string]any{"error": "the disk took nothing: the log says why"})
}

// answer writes a value as JSON. A header cannot be taken back, so the value must be one that can be encoded.
func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // whoever has left needs no answer
}
