package program

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime"
	"time"
)

// about answers what a process is: its version, since when it runs, whether work should be
// sent to it, and its configuration where that is not the default. No secret is in it: a
// flag of a secret does not show its value.
func (r *Runtime) about(changed []slog.Attr) http.Handler {
	started := time.Now()
	configuration := map[string]string{}
	for _, attr := range changed {
		configuration[attr.Key] = attr.Value.String()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		said := struct {
			Program       string            `json:"program"`
			Version       string            `json:"version"`
			Go            string            `json:"go"`
			Started       int64             `json:"started"`             // Unix seconds
			NotReady      string            `json:"not_ready,omitempty"` // why
			Configuration map[string]string `json:"configuration"`
		}{r.Name, Version, runtime.Version(), started.Unix(), "", configuration}
		if err := r.Health().Ready(request.Context()); err != nil {
			said.NotReady = err.Error()
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if err := json.NewEncoder(w).Encode(said); err != nil {
			r.Log.Debug("an operator has left", "err", err)
		}
	})
}
