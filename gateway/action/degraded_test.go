package action_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

func TestRowsWithoutLikesOrViewersAreServedWithZerosAndCounted(t *testing.T) {
	down := apierr.New(apierr.Unavailable, "no answer")
	noLikes := func(f gatewaytest.Fakes) {
		f.Counter.GetFunc = func(context.Context, []counters.Key) ([]int64, error) { return nil, down }
	}
	noViewers := func(f gatewaytest.Fakes) {
		f.Room.SizesFunc = func(context.Context, []members.Key) ([]int, error) { return nil, down }
	}
	for name, test := range map[string]struct {
		breaks  []func(gatewaytest.Fakes)
		want    string
		missing map[string]int
	}{
		"nothing is missing":  {nil, `"viewercount":2,"likecount":5,`, map[string]int{}},
		"likes are missing":   {[]func(gatewaytest.Fakes){noLikes}, `"viewercount":2,"likecount":0,`, map[string]int{"likes": 2}},
		"viewers are missing": {[]func(gatewaytest.Fakes){noViewers}, `"viewercount":0,"likecount":5,`, map[string]int{"viewers": 2}},
		"both are missing": {[]func(gatewaytest.Fakes){noLikes, noViewers}, `"viewercount":0,"likecount":0,`,
			map[string]int{"likes": 2, "viewers": 2}},
	} {
		t.Run(name, func(t *testing.T) {
			fakes := gatewaytest.World()
			for _, breaks := range test.breaks {
				breaks(fakes)
			}
			var logged bytes.Buffer
			actions, degraded := measured(t, fakes, &logged)
			for _, request := range []string{fetchList, userInfo} {
				if body := string(actions.Serve(t.Context(), []byte(request)).Body); !strings.Contains(body, test.want) {
					t.Errorf("%s is answered %s", request, body)
				}
			}
			if got := degraded(); !maps.Equal(got, test.missing) {
				t.Errorf("counted %v, want %v", got, test.missing)
			}
			for what := range test.missing {
				if got := strings.Count(logged.String(), "rows are served without "+what); got != 1 {
					t.Errorf("%d log lines tell that %s are missing, want 1:\n%s", got, what, &logged)
				}
			}
		})
	}
}

func TestAServiceThatHangsTakesOnlyAPartOfTheTime(t *testing.T) {
	for name, hangs := range map[string]func(gatewaytest.Fakes){
		"counter": func(f gatewaytest.Fakes) {
			f.Counter.GetFunc = func(ctx context.Context, _ []counters.Key) ([]int64, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
		},
		"room": func(f gatewaytest.Fakes) {
			f.Room.SizesFunc = func(ctx context.Context, _ []members.Key) ([]int, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
		},
	} {
		for _, request := range []string{fetchList, userInfo} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					fakes := gatewaytest.World()
					hangs(fakes)
					actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
					defer actions.Close()
					ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
					defer cancel()
					began := time.Now()
					outcome := actions.Serve(ctx, []byte(request))
					if took := time.Since(began); outcome.Code != envelope.OK || took != time.Second {
						t.Errorf("%s is answered %s after %v", request, outcome.Body, took)
					}
				})
			})
		}
	}
}

// It is the answer that is counted, and there is none.
func TestAFailedListIsNotCountedAsOneWithoutLikes(t *testing.T) {
	fakes := gatewaytest.World()
	fakes.Signing.PlayFunc = func([]string) ([]signatures.PlayURLs, error) {
		return nil, apierr.New(apierr.Unavailable, "no answer")
	}
	fakes.Counter.GetFunc = func(ctx context.Context, _ []counters.Key) ([]int64, error) {
		<-ctx.Done() // signing has failed
		return nil, ctx.Err()
	}
	actions, degraded := measured(t, fakes, &bytes.Buffer{})
	if outcome := actions.Serve(t.Context(), []byte(fetchList)); outcome.Code != envelope.Unavailable {
		t.Errorf("answered %s", outcome.Body)
	}
	if got := degraded(); len(got) > 0 {
		t.Errorf("counted %v", got)
	}
}

// measured returns Actions and what they have counted as missing.
func measured(t *testing.T, fakes gatewaytest.Fakes, logged *bytes.Buffer) (actions *action.Actions, degraded func() map[string]int) {
	t.Helper()
	return measuredServices(t, fakes.Services(), logged)
}

func measuredServices(t *testing.T, services action.Services, logged *bytes.Buffer) (actions *action.Actions, degraded func() map[string]int) {
	t.Helper()
	recorder := telemetrytest.New()
	actions, err := action.New(services, recorder.Scope().WithLog(slog.New(slog.NewJSONHandler(logged, nil))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(actions.Close)
	return actions, func() map[string]int {
		t.Helper()
		counts := map[string]int{}
		for name, value := range recorder.Values(t) {
			if what, ok := strings.CutPrefix(name, "xzb.degraded xzb.missing="); ok {
				counts[what] = value
			}
		}
		return counts
	}
}
