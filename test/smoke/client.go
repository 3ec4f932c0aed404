package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
)

// notConfigured is the returnValue of an Action that lacks configuration.
const notConfigured = 4000

// notAllowed is that of one whose sender has no proof of who sends it.
const notAllowed = 4004

// replyLimit bounds what is read of a reply, in bytes.
const replyLimit = 1 << 20

type fields map[string]any

// refusal is an answer other than success.
type refusal struct {
	action  string
	value   int
	message string
}

func (r *refusal) Error() string { return fmt.Sprintf("%s: %d %s", r.action, r.value, r.message) }

// caller speaks to one server, and writes down what succeeded.
type caller struct {
	url   string
	http  *http.Client
	proof prover
	out   io.Writer
}

// do carries out an Action and returns its returnData. The error is a *refusal
// if the server answered.
func (c caller) do(ctx context.Context, action string, f fields) (map[string]any, error) {
	data, err := c.post(ctx, action, f)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, fmt.Errorf("%s: returnData: %w", action, err)
	}
	return object, c.say("ok   %s", action)
}

// shows carries out an Action whose returnData has to contain these texts.
func (c caller) shows(ctx context.Context, action string, f fields, texts ...string) error {
	data, err := c.post(ctx, action, f)
	if err != nil {
		return err
	}
	for _, text := range texts {
		if !strings.Contains(string(data), text) {
			return fmt.Errorf("%s does not show %s: %.1000s", action, text, data)
		}
	}
	return c.say("ok   %s", action)
}

func (c caller) post(ctx context.Context, action string, f fields) (data json.RawMessage, err error) {
	request := fields{"Action": action}
	maps.Copy(request, f)
	body, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("%s: encode: %w", action, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	req.Header.Set("Content-Type", "application/json")
	user, _ := f["userid"].(string)
	bearer, err := c.proof.bearer(cmp.Or(user, "smoke"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	if bearer != "" {
		req.Header.Set("Authorization", bearer)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, replyLimit))
	if err != nil {
		return nil, fmt.Errorf("%s: read: %w", action, err)
	}
	var reply struct {
		ReturnValue *int            `json:"returnValue"`
		ReturnMsg   string          `json:"returnMsg"`
		ReturnData  json.RawMessage `json:"returnData"`
	}
	if err := json.Unmarshal(text, &reply); err != nil || reply.ReturnValue == nil {
		return nil, fmt.Errorf("%s: answered with status %d and no envelope: %.300s", action, resp.StatusCode, text)
	}
	if *reply.ReturnValue != 0 {
		return nil, &refusal{action: action, value: *reply.ReturnValue, message: reply.ReturnMsg}
	}
	return reply.ReturnData, nil
}

func (c caller) say(format string, args ...any) error {
	_, err := fmt.Fprintf(c.out, format+"\n", args...)
	return err
}
