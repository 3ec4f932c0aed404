package event_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"testing"

	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

// Every kind of event, of use to us or not.
var events = []string{
	`{"event_type":0,"stream_id":"8888_tom"}`,
	`{"event_type":1,"stream_id":"8888_tom"}`,
	`{"event_type":100,"stream_id":"8888_tom","file_id":"r1","video_url":"http://v","file_format":"flv","start_time":1,"end_time":99}`,
	`{"event_type":200}`,
	`{}`,
}

func TestWithoutAnAcceptedSignatureNothingIsApplied(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		status int
	}{
		"denied":              {apierr.New(apierr.Denied, "the event's signature is wrong"), http.StatusForbidden},
		"no answer":           {apierr.New(apierr.Unavailable, "no answer"), http.StatusInternalServerError},
		"a deadline":          {context.DeadlineExceeded, http.StatusInternalServerError},
		"storage":             {apierr.New(apierr.Storage, "storage failed"), http.StatusInternalServerError},
		"an unexpected error": {errors.New("broken"), http.StatusInternalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			fakes := gatewaytest.World()
			fakes.Signing.VerifyEventFunc = func(signatures.EventSign) error { return test.err }
			fakes.Stream.ApplyPushFunc = func(p streams.Push) (streams.Verdict, error) { t.Errorf("applied %+v", p); return "", nil }
			fakes.Stream.AddFileFunc = func(f streams.File) (streams.Verdict, error) { t.Errorf("added %+v", f); return "", nil }
			for _, body := range events {
				if got := newEvents(fakes, &bytes.Buffer{}).Serve(t.Context(), []byte(body)); got.Status != test.status || got.Verdict != "" {
					t.Errorf("%s is answered %d, %q, want %d", body, got.Status, got.Verdict, test.status)
				}
			}
		})
	}
}

func TestTheSignatureIsReadFromTheEvent(t *testing.T) {
	for body, want := range map[string]signatures.EventSign{
		`{"sign":"ab12","t":1480000600}`:             {Sign: "ab12", T: 1480000600},
		`{"sign":"ab12","t":"1480000600"}`:           {Sign: "ab12", T: 1480000600},
		`{"sign":"ab12"}`:                            {Sign: "ab12", T: -1},
		`{"sign":["ab12"],"t":true}`:                 {T: -1},
		`{"t":1480000600}`:                           {T: 1480000600},
		`{"SIGN":"x","T":1,"sign":"ab12","t":2}`:     {Sign: "ab12", T: 2},
		`{"sign":12,"t":1480000600.5}`:               {Sign: "12", T: -1},
		`{"sign":"no","t":1,"sign":"ab12","t":null}`: {Sign: "ab12", T: -1},
	} {
		fakes := gatewaytest.World()
		var asked signatures.EventSign
		fakes.Signing.VerifyEventFunc = func(sign signatures.EventSign) error { asked = sign; return nil }
		newEvents(fakes, &bytes.Buffer{}).Serve(t.Context(), []byte(body))
		if asked != want {
			t.Errorf("%s asks for %+v, want %+v", body, asked, want)
		}
	}
}

func TestEveryVerdictIsAnAcceptedEvent(t *testing.T) {
	for _, verdict := range []streams.Verdict{streams.Applied, streams.Late, streams.Unknown, streams.TooShort} {
		fakes := gatewaytest.World()
		fakes.Stream.ApplyPushFunc = func(streams.Push) (streams.Verdict, error) { return verdict, nil }
		got := newEvents(fakes, &bytes.Buffer{}).Serve(t.Context(), []byte(events[1]))
		if got.Status != http.StatusOK || string(got.Body) != `{"code":0}` || got.Verdict != verdict || got.Type != "pushed" {
			t.Errorf("%s is answered %+v", verdict, got)
		}
	}
}

func TestAFloodOfWrongSignaturesIsOneLine(t *testing.T) {
	fakes := gatewaytest.World()
	fakes.Signing.VerifyEventFunc = func(signatures.EventSign) error { return apierr.New(apierr.Denied, "the event's signature is wrong") }
	var logged bytes.Buffer
	flooded := newEvents(fakes, &logged)
	for range 1000 {
		if got := flooded.Serve(t.Context(), []byte(events[0])); got.Status != http.StatusForbidden {
			t.Fatalf("answered %d", got.Status)
		}
	}
	if lines := bytes.Count(logged.Bytes(), []byte("event refused")); lines != 1 {
		t.Errorf("%d lines: %.500s", lines, &logged)
	}
}
