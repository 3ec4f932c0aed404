//go:build !race

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// local is a URL of the server with the address that it has here.
func (s *soak) local(from string) string {
	from = strings.Replace(from, "push.example.com", s.addresses["media rtmp"], 1)
	return strings.Replace(from, "play.example.com", s.addresses["media http"], 1)
}

var once = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}

func (s *soak) get(from string) (status int, body io.ReadCloser) {
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, from, nil)
	if err != nil {
		s.t.Error(err)
		return 0, nil
	}
	reply, err := once.Do(request)
	if err != nil {
		s.t.Error(err)
		return 0, nil
	}
	return reply.StatusCode, reply.Body
}

// action posts an Action and returns its returnData. What a ban or another's end has done to it is no fault.
func (s *soak) action(format string, values ...any) (data map[string]any) {
	said := s.send(http.MethodPost, "http://"+s.addresses["http"]+"/interface.php", fmt.Sprintf(format, values...))
	var reply struct {
		ReturnValue int            `json:"returnValue"`
		ReturnData  map[string]any `json:"returnData"`
	}
	if err := json.Unmarshal(said, &reply); err != nil || reply.ReturnValue != 0 {
		s.t.Errorf(format+": %s, %v", append(values, said, err)...)
		return map[string]any{"pushurl": "", "playurl": "", "hls_play_url": ""}
	}
	return reply.ReturnData
}

// operate asks the admin API, whose deeds the live platform must do too. On a machine that is busy it may be too late to say
// that it has; then it is told again, as an operator would.
func (s *soak) operate(method, path, body string) []byte {
	late := time.Now().Add(soakPatience)
	for {
		said := s.send(method, "http://"+s.addresses["admin"]+path, body)
		if method == http.MethodGet || bytes.Contains(said, []byte(`"platform":"done"`)) {
			return said
		}
		if !bytes.Contains(said, []byte("did not answer in time")) || time.Now().After(late) {
			s.t.Errorf("%s %s %s: %s", method, path, body, said)
			return said
		}
	}
}

func (s *soak) send(method, to, body string) []byte {
	request, err := http.NewRequestWithContext(context.WithoutCancel(s.t.Context()), method, to, strings.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return nil
	}
	request.Header.Set("Authorization", "Bearer "+operatorsSecret)
	reply, err := once.Do(request)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	defer reply.Body.Close()
	said, err := io.ReadAll(reply.Body)
	if err != nil || reply.StatusCode != http.StatusOK {
		s.t.Errorf("%s %s %s: %d %s, %v", method, to, body, reply.StatusCode, said, err)
	}
	return said
}
