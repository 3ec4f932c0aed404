package action_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry"
)

const (
	like      = `{"Action":"ChangeCount","userid":"tom","type":1,"optype":0,"flag":0}`
	fetchList = `{"Action":"FetchList","flag":3,"pageno":1,"pagesize":20}`
	userInfo  = `{"Action":"GetUserInfo","userid":"tom","type":0}`
	quit      = `{"Action":"QuitGroup","userid":"v","liveuserid":"tom","groupid":"g1","flag":0}`
	request   = `{"Action":"RequestLVBAddr","userid":"tom","groupid":"g1","title":"t"}`
)

func TestFailuresOfServicesHaveTheirCodes(t *testing.T) {
	secret := errors.New("10.0.0.7 refused")
	unavailable := apierr.Wrap(apierr.Unavailable, secret, "counter.Add: no answer")
	storage := apierr.Wrap(apierr.Storage, secret, "storage failed")
	for name, test := range map[string]struct {
		request string
		breaks  func(gatewaytest.Fakes)
		want    string
	}{
		"counter does not answer": {like, func(f gatewaytest.Fakes) {
			f.Counter.AddFunc = func([]counters.Addition) ([]int64, error) { return nil, unavailable }
		}, `{"returnValue":3000,"returnMsg":"counter.Add: no answer","returnData":{}}`},
		"a deadline passes": {userInfo, func(f gatewaytest.Fakes) {
			f.Stream.SessionsFunc = func([]string) ([]*streams.Session, error) { return nil, context.DeadlineExceeded }
		}, `{"returnValue":3000,"returnMsg":"no answer in time","returnData":{}}`},
		"storage fails": {like, func(f gatewaytest.Fakes) {
			f.Counter.AddFunc = func([]counters.Addition) ([]int64, error) { return nil, storage }
		}, `{"returnValue":2003,"returnMsg":"storage failed","returnData":{}}`},
		"stream fails for who quits": {quit, func(f gatewaytest.Fakes) {
			f.Stream.SessionsFunc = func([]string) ([]*streams.Session, error) { return nil, storage }
		}, `{"returnValue":2003,"returnMsg":"storage failed","returnData":{}}`},
		"signing is not configured": {request, func(f gatewaytest.Fakes) {
			f.Signing.PushFunc = func(string) (signatures.PushURL, error) {
				return signatures.PushURL{}, apierr.New(apierr.NotConfigured, "bizid is not configured")
			}
			f.Stream.OpenFunc = nil // nothing is opened without a URL
		}, `{"returnValue":4000,"returnMsg":"bizid is not configured","returnData":{}}`},
		"signing does not answer for a list": {fetchList, func(f gatewaytest.Fakes) {
			f.Signing.PlayFunc = func([]string) ([]signatures.PlayURLs, error) { return nil, unavailable }
		}, `{"returnValue":3000,"returnMsg":"counter.Add: no answer","returnData":{}}`},
		"an unknown error": {like, func(f gatewaytest.Fakes) {
			f.Counter.AddFunc = func([]counters.Addition) ([]int64, error) { return nil, secret }
		}, `{"returnValue":4000,"returnMsg":"internal error","returnData":{}}`},
		"a panic": {like, func(f gatewaytest.Fakes) { f.Counter.AddFunc = nil }, `{"returnValue":4000,"returnMsg":"internal error","returnData":{}}`},
		"a panic in a list": {fetchList, func(f gatewaytest.Fakes) { f.Stream.PagesFunc = nil },
			`{"returnValue":4000,"returnMsg":"internal error","returnData":{}}`},
		"a panic beside a list": {fetchList, func(f gatewaytest.Fakes) { f.Signing.PlayFunc = nil },
			`{"returnValue":4000,"returnMsg":"internal error","returnData":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			fakes := gatewaytest.World()
			test.breaks(fakes)
			var logged bytes.Buffer
			outcome := serve(t, fakes, &logged, test.request)
			if string(outcome.Body) != test.want {
				t.Errorf("the reply is %s, want %s", outcome.Body, test.want)
			}
			if lines := strings.Count(logged.String(), `"msg":"action failed"`); lines != 1 {
				t.Errorf("the failure is logged %d times, want once:\n%s", lines, &logged)
			}
		})
	}
}

func TestAFloodOfFailuresIsALineForEachKindNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fakes := gatewaytest.World()
		full := apierr.New(apierr.Storage, "disk full")
		fakes.Counter.AddFunc = func([]counters.Addition) ([]int64, error) { return nil, full }
		fakes.Stream.OpenFunc = func(streams.Opening) (streams.Opened, error) { return streams.Opened{}, full }
		var logged bytes.Buffer
		actions := newActions(t, fakes, slog.New(slog.NewJSONHandler(&logged, nil)))
		defer actions.Close()
		flood := func() {
			for range 1000 {
				actions.Serve(t.Context(), []byte(like))
				actions.Serve(t.Context(), []byte(request))
			}
		}
		flood()
		<-time.After(time.Second) // in the bubble
		flood()
		lines := strings.Split(strings.TrimSpace(logged.String()), "\n")
		if len(lines) != 4 || !strings.Contains(lines[2], `"more_since_last":999`) || !strings.Contains(lines[3], `"more_since_last":999`) {
			t.Errorf("logged %d lines:\n%s", len(lines), lines[:min(len(lines), 5)])
		}
	})
}

func TestWhatClientsDoWrongIsNotLoggedByDefault(t *testing.T) {
	var logged bytes.Buffer
	for _, request := range []string{``, `{}`, `{"Action":"ChangeStatus"}`, `{"Action":"GetUserInfo","userid":"nobody","type":0}`} {
		serve(t, gatewaytest.World(), &logged, request)
	}
	if logged.Len() > 0 {
		t.Errorf("logged:\n%s", &logged)
	}
}

func serve(t *testing.T, fakes gatewaytest.Fakes, logged *bytes.Buffer, request string) action.Answer {
	t.Helper()
	actions := newActions(t, fakes, slog.New(slog.NewJSONHandler(logged, nil)))
	defer actions.Close()
	return actions.Serve(t.Context(), []byte(request))
}

func newActions(t *testing.T, fakes gatewaytest.Fakes, log *slog.Logger) *action.Actions {
	t.Helper()
	actions, err := action.New(fakes.Services(), telemetry.Discard().WithLog(log))
	if err != nil {
		t.Fatal(err)
	}
	return actions
}
