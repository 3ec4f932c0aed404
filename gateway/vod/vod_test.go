package vod_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"xiaozhibo.dev/gateway/event"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/gateway/vod"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/config"
)

const (
	token  = "a-token-of-the-vod-console"
	older  = "the-token-that-was-before-it"
	secret = token + "\n" + older
)

// service is a VOD service, and what the stream service hears of it.
type service struct {
	*vod.Callbacks
	removed []string
	verdict streams.Verdict
	err     error
	logged  bytes.Buffer
}

func newService(t *testing.T, config vod.Config) *service {
	t.Helper()
	s := &service{verdict: streams.Applied}
	fakes := gatewaytest.Fakes{Stream: &gatewaytest.Stream{}}
	fakes.Stream.RemoveFilesFunc = func(files []string) (streams.Verdict, error) {
		s.removed = append(s.removed, files...)
		return s.verdict, s.err
	}
	var err error
	log := slog.New(slog.NewTextHandler(&s.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if s.Callbacks, err = vod.New(config, fakes.Stream, log); err != nil {
		t.Fatal(err)
	}
	return s
}

func believed() vod.Config { return vod.Config{Token: config.Secret{Value: secret}} }

// deleted is a callback that names files, each as JSON.
func deleted(files ...string) string {
	return `{"EventType":"FileDeleted","FileDeleteEvent":{"FileIdSet":[` + strings.Join(files, ",") + `]}}`
}

func TestDeletedFilesAreTakenOut(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"one":                           {deleted(`"528589000"`), []string{"528589000"}},
		"several":                       {deleted(`"a"`, `"b"`), []string{"a", "b"}},
		"one that stands twice, once":   {deleted(`"a"`, `"b"`, `"a"`), []string{"a", "b"}},
		"a number, to its last digit":   {deleted(`5285890784273533167`), []string{"5285890784273533167"}},
		"one of as many bytes as an id": {deleted(`"` + strings.Repeat("x", 128) + `"`), []string{strings.Repeat("x", 128)}},
		"good ones beside what is none": {deleted(`""`, `null`, `{}`, `[]`, `true`, `"a\nb"`, `"`+strings.Repeat("x", 129)+`"`, `"a"`), []string{"a"}},
		"beside fields of other events": {`{"EventType":"FileDeleted","FileUploadEvent":null,"FileDeleteEvent":{"FileIdSet":["a"],"FileDeleteResultInfo":[{"FileId":"a"}]}}`, []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, believed())
			got := s.Serve(t.Context(), token, []byte(test.body))
			if got.Status != 200 || string(got.Body) != `{"code":0}` || got.Type != "vod_deleted" || got.Verdict != streams.Applied {
				t.Errorf("answered %+v %s", got, got.Body)
			}
			if !slices.Equal(s.removed, test.want) {
				t.Errorf("%q are taken out, want %q", s.removed, test.want)
			}
		})
	}
}

func TestFilesThatNobodyKnowsAndRepetitionsAreAccepted(t *testing.T) {
	s := newService(t, believed())
	for _, s.verdict = range []streams.Verdict{streams.Unknown, streams.Repeated} {
		if got := s.Serve(t.Context(), token, []byte(deleted(`"a"`))); got.Status != 200 || got.Verdict != s.verdict {
			t.Errorf("%s: answered %+v", s.verdict, got)
		}
	}
}

func TestWhatMeansNothingIsAccepted(t *testing.T) {
	s := newService(t, believed())
	for body, kind := range map[string]string{
		`{"EventType":"NewFileUpload","FileUploadEvent":{"FileId":"a"}}`: "vod_other",
		`{"EventType":"ProcedureStateChanged"}`:                          "vod_other",
		`{}`:                                                             "vod_other",
		`{"EventType":["FileDeleted"]}`:                                  "vod_other",
		deleted():                                                        "vod_deleted",
		deleted(`""`):                                                    "vod_deleted",
	} {
		if got := s.Serve(t.Context(), token, []byte(body)); got.Status != 200 || got.Type != kind || got.Verdict != streams.Unusable {
			t.Errorf("%s is answered %+v", body, got)
		}
	}
	if s.removed != nil {
		t.Errorf("%q are taken out", s.removed)
	}
}

func TestOnlyWhoKnowsTheTokenIsBelieved(t *testing.T) {
	s := newService(t, believed())
	for name, shown := range map[string]string{
		"none": "", "another": "a-token-of-nobody-at-all", "a part": token[:len(token)-1], "more": token + "x", "both lines": secret, "upper case": strings.ToUpper(token),
	} {
		if got := s.Serve(t.Context(), shown, []byte(deleted(`"a"`))); got.Status != 403 || got.Verdict != "" {
			t.Errorf("%s: answered %+v", name, got)
		}
	}
	if s.removed != nil {
		t.Errorf("%q are taken out", s.removed)
	}
	if got := s.Serve(t.Context(), older, []byte(deleted(`"a"`))); got.Status != 200 {
		t.Errorf("the token of the second line is answered %+v", got)
	}
	if logged := s.logged.String(); !strings.Contains(logged, "VOD callback refused") || strings.Contains(logged, token[:8]) || strings.Contains(logged, "nobody") {
		t.Errorf("logged %s", logged)
	}
}

func TestWithoutATokenAllAreRefused(t *testing.T) {
	s := newService(t, vod.Config{})
	for _, shown := range []string{"", token} {
		if got := s.Serve(t.Context(), shown, []byte(deleted(`"a"`))); got.Status != 403 || s.removed != nil {
			t.Errorf("answered %+v, %q are taken out", got, s.removed)
		}
	}
	if !strings.Contains(s.logged.String(), "vod_callback_token is not set") {
		t.Errorf("logged %s", &s.logged)
	}
}

func TestWhatCannotBeReadIsMalformed(t *testing.T) {
	s := newService(t, believed())
	many := make([]string, 1001)
	for i := range many {
		many[i] = strconv.Itoa(i)
	}
	for name, body := range map[string]string{
		"nothing": "", "a list": "[]", "half": `{"EventType":"FileDeleted"`, "no UTF-8": "\xff", "too long": deleted(`"a"`) + strings.Repeat(" ", 70_000),
		"no files": `{"EventType":"FileDeleted"}`, "files that are no list": `{"EventType":"FileDeleted","FileDeleteEvent":{"FileIdSet":"a"}}`,
		"an event that is no object": `{"EventType":"FileDeleted","FileDeleteEvent":["a"]}`, "too many files": deleted(many...),
	} {
		if got := s.Serve(t.Context(), token, []byte(body)); got.Status != 400 || got.Type != event.Unread {
			t.Errorf("%s: answered %+v", name, got)
		}
	}
	if s.removed != nil {
		t.Errorf("%q are taken out", s.removed)
	}
	if got := s.Serve(t.Context(), token, []byte(deleted(many[1:]...))); got.Status != 200 || len(s.removed) != 1000 {
		t.Errorf("as many as may be: answered %+v, %d are taken out", got, len(s.removed))
	}
}

func TestACallbackThatCouldNotBeAppliedIsSentAgain(t *testing.T) {
	s := newService(t, believed())
	s.err = apierr.Wrap(apierr.Storage, errors.New("disk full"), "storage failed")
	got := s.Serve(t.Context(), token, []byte(deleted(`"a"`)))
	if got.Status != 500 || got.Fault != apierr.Storage || got.Verdict != "" || strings.Contains(string(got.Body), "disk") {
		t.Errorf("answered %+v %s", got, got.Body)
	}
	if !strings.Contains(s.logged.String(), "disk full") {
		t.Errorf("logged %s", &s.logged)
	}
	s.err = nil
	if got := s.Serve(t.Context(), token, []byte(deleted(`"a"`))); got.Status != 200 || len(s.removed) != 2 {
		t.Errorf("sent again: answered %+v, taken out %q", got, s.removed)
	}
	broken, err := vod.New(believed(), nil, slog.New(slog.DiscardHandler)) // panics
	if err != nil {
		t.Fatal(err)
	}
	if got := broken.Serve(t.Context(), token, []byte(deleted(`"a"`))); got.Status != 500 {
		t.Errorf("after a panic: answered %+v", got)
	}
}

func TestATokenThatIsNoneIsRefusedAtTheStart(t *testing.T) {
	short := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(short, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, source := range map[string]config.Secret{
		"short": {Value: "hunter2"}, "in a file": {File: short}, "no file": {File: short + "2"},
		"a space": {Value: "hunter2 and hunter2 again"}, "three lines": {Value: secret + "\n" + secret},
	} {
		c := vod.Config{Token: source}
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), "vod_callback_token") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error is %v", name, err)
		}
		if _, err := vod.New(c, nil, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s: it starts", name)
		}
	}
	for _, source := range []config.Secret{{}, {Value: secret}} {
		if err := (&vod.Config{Token: source}).Check(); err != nil {
			t.Error(err)
		}
	}
}

func FuzzServe(f *testing.F) {
	for _, seed := range []string{deleted(`"a"`), deleted(`1e99`, `-0`), `{"EventType":"FileDeleted","FileDeleteEvent":null}`, `{}`, `[]`, "\ufeff" + deleted(`"a"`)} {
		f.Add([]byte(seed))
	}
	callbacks, err := vod.New(believed(), &gatewaytest.Stream{RemoveFilesFunc: func(files []string) (streams.Verdict, error) {
		for _, id := range files {
			if id == "" || len(id) > streams.MaxID {
				return "", errors.New("no id")
			}
		}
		return streams.Applied, nil
	}}, slog.New(slog.DiscardHandler))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if got := callbacks.Serve(t.Context(), token, body); got.Status != 200 && got.Status != 400 {
			t.Errorf("%q is answered %d", body, got.Status)
		}
	})
}
