package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// send makes one try, and counts it. It waits until few enough are under way: thousands of
// streams may end at once.
func (s *Sender) send(event Event) error {
	select {
	case s.room <- struct{}{}:
		defer func() { <-s.room }()
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
	err := s.post(event)
	result := "answered"
	if err != nil {
		result = "not_answered"
	}
	s.options.Result(event.Name(), result)
	return err
}

// post is one request, signed with the key and the time of this try.
func (s *Sender) post(event Event) error {
	body, err := event.body(s.options.Key(), time.Now())
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.options.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	return accepted(response)
}

// accepted is nil for the answer that the gateway gives, {"code":0} with status 200. A proxy may answer 200 with a
// page of its own.
func accepted(response *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	switch {
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("the answer has status %d", response.StatusCode)
	}
	var answer struct {
		Code *int `json:"code"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Code == nil || *answer.Code != 0 {
		return errors.New(`the answer is not {"code":0}`)
	}
	return nil
}
