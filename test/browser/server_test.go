//go:build browser

package browser_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"xiaozhibo.dev/test/programs"
)

const secret = "a-secret-for-the-console"

// server is one process on bbolt, with a console.
type server struct {
	t        *testing.T
	actions  string // URL
	console  string // URL, without the secret
	settings []string
	folder   string
	process  *programs.Server
}

func startServer(t *testing.T, settings ...string) *server {
	t.Helper()
	addresses := &programs.Builder{}
	actions, admin := addresses.Address(), addresses.Address()
	s := &server{t: t, folder: t.TempDir(), actions: addresses.Actions(actions), console: "http://" + admin + "/"}
	s.settings = append([]string{"XZB_LISTEN_HTTP=" + actions, "XZB_LISTEN_ADMIN=" + admin, "XZB_ADMIN_SECRET=" + secret}, settings...)
	t.Cleanup(s.stop)
	s.start()
	return s
}

// start starts the process on the data that there is, with more settings.
func (s *server) start(settings ...string) {
	s.t.Helper()
	builder := &programs.Builder{Bin: "../../bin", Folder: s.folder, Settings: append(slices.Clone(s.settings), settings...)}
	started, err := builder.Alone(context.Background())
	s.process = started
	if err != nil {
		s.t.Fatal(err)
	}
}

// stop ends the process, if it runs.
func (s *server) stop() {
	if err := s.process.Stop(); err != nil {
		s.t.Error(err)
	}
	s.process = &programs.Server{}
}

type fields map[string]any

// visitor asks beside the browser.
var visitor = &http.Client{Timeout: patience}

// act carries out an Action as a client does, and returns returnValue and returnData.
func (s *server) act(action string, of fields) (int, fields) {
	s.t.Helper()
	of["Action"] = action
	body, err := json.Marshal(of)
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.actions, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	reply, err := visitor.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer reply.Body.Close()
	var answer struct {
		ReturnValue int    `json:"returnValue"`
		ReturnData  fields `json:"returnData"`
	}
	if err := json.NewDecoder(reply.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	return answer.ReturnValue, answer.ReturnData
}

// must is act where nothing but success will do.
func (s *server) must(action string, of fields) fields {
	s.t.Helper()
	code, data := s.act(action, of)
	if code != 0 {
		s.t.Fatalf("%s %v is answered %d", action, of, code)
	}
	return data
}

// live puts a room into the list.
func (s *server) live(user, title string) (pushURL string) {
	s.t.Helper()
	data := s.must("RequestLVBAddr", fields{"userid": user, "groupid": "g-" + user, "title": title})
	s.must("ChangeStatus", fields{"userid": user, "status": 0})
	return data["pushurl"].(string)
}
