package event_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
)

func TestEventsReachTheStreamServiceAsTheyWereMeant(t *testing.T) {
	file := streams.File{
		StreamID: "8888_tom", FileID: "r1", URL: "http://v/r1.flv", Format: "flv", Start: 1480000000, End: 1480000100, Duration: 100,
	}
	for name, test := range map[string]struct {
		body string
		want any
	}{
		"a push": {`{"event_type":1,"stream_id":"8888_tom","sequence":"A","event_time":1480000000}`,
			streams.Push{StreamID: "8888_tom", Sequence: "A", Began: true, At: 1480000000}},
		"an interrupt with numbers as strings": {`{"event_type":"0","stream_id":"8888_tom","sequence":"A","event_time":"1480000000"}`,
			streams.Push{StreamID: "8888_tom", Sequence: "A", At: 1480000000}},
		"a sequence that is a number, no time": {`{"event_type":1,"stream_id":"8888_tom","sequence":7}`,
			streams.Push{StreamID: "8888_tom", Sequence: "7", Began: true}},
		"a recording": {`{"event_type":100,"stream_id":"8888_tom","file_id":"r1","video_url":"http://v/r1.flv","file_format":"flv",
			"start_time":1480000000,"end_time":1480000100,"duration":100}`, file},
		"an older recording, in other case": {`{"event_type":"100","stream_id":"8888_tom","video_id":"r1","video_url":"http://v/r1.flv","file_format":"FLV",
			"start_time":"1480000000","end_time":"1480000100","duration":"100"}`, file},
		"a screenshot":             {`{"event_type":200,"stream_id":"8888_tom"}`, nil},
		"no type":                  {`{"stream_id":"8888_tom"}`, nil},
		"a type that is no number": {`{"event_type":"push","stream_id":"8888_tom"}`, nil},
		"a push of nothing":        {`{"event_type":1}`, nil},
		"a recording with a bad file id": {`{"event_type":100,"stream_id":"8888_tom","file_id":"r\n1","video_url":"http://v","file_format":"flv",
			"start_time":1480000000,"end_time":1480000100}`, nil},
		"a recording with a long URL": {`{"event_type":100,"stream_id":"8888_tom","file_id":"r1","video_url":"` + strings.Repeat("x", 2049) + `","file_format":"flv",
			"start_time":1480000000,"end_time":1480000100}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			fakes := gatewaytest.World()
			var got any
			fakes.Stream.ApplyPushFunc = func(p streams.Push) (streams.Verdict, error) { got = p; return streams.Applied, nil }
			fakes.Stream.AddFileFunc = func(f streams.File) (streams.Verdict, error) { got = f; return streams.Applied, nil }
			outcome := newEvents(fakes, &bytes.Buffer{}).Serve(t.Context(), []byte(test.body))
			if outcome.Status != 200 || string(outcome.Body) != `{"code":0}` {
				t.Errorf("answered %d %s", outcome.Status, outcome.Body)
			}
			if got != test.want {
				t.Errorf("the stream service is told %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestARefusedEventChangesNothing(t *testing.T) {
	fakes := gatewaytest.World()
	fakes.Stream.ApplyPushFunc = nil
	var asked signatures.EventSign
	fakes.Signing.VerifyEventFunc = func(sign signatures.EventSign) error {
		asked = sign
		return apierr.New(apierr.Denied, "the event's signature is wrong")
	}
	var logged bytes.Buffer
	outcome := newEvents(fakes, &logged).Serve(t.Context(), []byte(`{"t":"1480000600","sign":"5e17","event_type":1,"stream_id":"8888_tom"}`))
	if outcome.Status != 403 || asked != (signatures.EventSign{Sign: "5e17", T: 1480000600}) {
		t.Errorf("answered %d after asking for %+v", outcome.Status, asked)
	}
	if !strings.Contains(logged.String(), "event refused") || strings.Contains(logged.String(), "5e17") {
		t.Errorf("logged %s", &logged)
	}
}

func TestWhatIsNoObjectIsMalformed(t *testing.T) {
	for _, body := range []string{"", "[]", "null", "event_type=1", `{"event_type":1`, "\xff", strings.Repeat(" ", 70_000) + "{}"} {
		if outcome := newEvents(gatewaytest.Fakes{}, &bytes.Buffer{}).Serve(t.Context(), []byte(body)); outcome.Status != 400 {
			t.Errorf("%.20q is answered %d, want 400", body, outcome.Status)
		}
	}
}

func TestAnEventThatCouldNotBeAppliedIsSentAgain(t *testing.T) {
	failure := apierr.Wrap(apierr.Storage, errors.New("disk full"), "storage failed")
	fakes := gatewaytest.World()
	fakes.Stream.ApplyPushFunc = func(streams.Push) (streams.Verdict, error) { return "", failure }
	var logged bytes.Buffer
	outcome := newEvents(fakes, &logged).Serve(t.Context(), []byte(`{"event_type":1,"stream_id":"8888_tom"}`))
	if outcome.Status != 500 || strings.Contains(string(outcome.Body), "disk") || !strings.Contains(logged.String(), "disk full") {
		t.Errorf("answered %d %s, logged %s", outcome.Status, outcome.Body, &logged)
	}
	fakes.Stream.ApplyPushFunc = nil // panics
	if outcome := newEvents(fakes, &logged).Serve(t.Context(), []byte(`{"event_type":1,"stream_id":"8888_tom"}`)); outcome.Status != 500 {
		t.Errorf("after a panic: answered %d, want 500", outcome.Status)
	}
}

func FuzzServe(f *testing.F) {
	for _, seed := range []string{
		`{"event_type":1,"stream_id":"8888_tom","sequence":"A","event_time":1}`, `{"event_type":"100","file_id":1,"duration":-5}`,
		`{"t":1e99,"sign":null,"event_type":0}`, `[]`, `{"event_type":100,"stream_id":"s","file_id":"f","video_url":"u","end_time":9223372036854775807}`,
	} {
		f.Add([]byte(seed))
	}
	events := newEvents(gatewaytest.World(), &bytes.Buffer{})
	f.Fuzz(func(t *testing.T, body []byte) {
		if outcome := events.Serve(t.Context(), body); outcome.Status != 200 && outcome.Status != 400 {
			t.Errorf("%q is answered %d", body, outcome.Status)
		}
	})
}

func newEvents(fakes gatewaytest.Fakes, logged *bytes.Buffer) *event.Events {
	return event.New(fakes.Stream, fakes.Signing, slog.New(slog.NewTextHandler(logged, nil)))
}
