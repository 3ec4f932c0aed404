package action_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/gateway/action"
	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/signatures"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/telemetry"
)

var errStore = apierr.New(apierr.Storage, "storage failed")

// The services below fail for one item of a call.

type noLikesOfFirst struct{ counters.Service }

func (s noLikesOfFirst) Get(ctx context.Context, keys []counters.Key) []combine.Result[int64] {
	likes := s.Service.Get(ctx, keys)
	likes[0] = combine.Result[int64]{Err: errStore}
	return likes
}

type noSizeOfSecond struct{ members.Service }

func (s noSizeOfSecond) Sizes(ctx context.Context, rooms []members.Key) []combine.Result[int] {
	sizes := s.Service.Sizes(ctx, rooms)
	sizes[1] = combine.Result[int]{Err: errStore}
	return sizes
}

func TestARowWhoseLikesOrViewersFailTakesNothingFromOthers(t *testing.T) {
	services := gatewaytest.World().Services()
	services.Counter, services.Room = noLikesOfFirst{services.Counter}, noSizeOfSecond{services.Room}
	var logged bytes.Buffer
	actions, degraded := measuredServices(t, services, &logged)
	body := string(actions.Serve(t.Context(), []byte(`{"Action":"FetchList","flag":3,"pageno":1,"pagesize":20}`)).Body)
	first, second := strings.Index(body, `"viewercount":2,"likecount":0,`), strings.Index(body, `"viewercount":0,"likecount":6,`)
	if first < 0 || second < first {
		t.Errorf("answered %s", body)
	}
	if got := fmt.Sprint(degraded()); got != "map[likes:1 viewers:1]" {
		t.Errorf("counted %s", got)
	}
}

// recordedFail fails for pages of recordings only.
type recordedFail struct{ streams.Service }

func (s recordedFail) Pages(ctx context.Context, queries []streams.Query) []combine.Result[streams.Page] {
	pages := s.Service.Pages(ctx, queries)
	for i, q := range queries {
		if q.Recorded {
			pages[i] = combine.Result[streams.Page]{Err: errStore}
		}
	}
	return pages
}

// annFails fails for the addresses of ann.
type annFails struct{ signatures.Service }

func (s annFails) Play(ctx context.Context, ids []string) []combine.Result[signatures.PlayURLs] {
	urls := s.Service.Play(ctx, ids)
	for i, id := range ids {
		if id == "8888_ann" {
			urls[i] = combine.Result[signatures.PlayURLs]{Err: errors.New("no address")}
		}
	}
	return urls
}

func TestAPageThatFailsFailsItsOwnCallersOnly(t *testing.T) {
	recordingsFail := func(s *action.Services) { s.Stream = recordedFail{s.Stream} }
	addressFails := func(s *action.Services) { s.Signing = annFails{s.Signing} }
	for name, test := range map[string]struct {
		breaks func(*action.Services)
		want   map[int]envelope.Code // by flag
	}{
		"the list fails":            {recordingsFail, map[int]envelope.Code{1: envelope.OK, 2: envelope.NotFound, 3: envelope.NotFound}},
		"an address of a row fails": {addressFails, map[int]envelope.Code{1: envelope.Internal, 2: envelope.OK, 3: envelope.OK}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fakes := gatewaytest.World()
				pages, gate, rounds := fakes.Stream.PagesFunc, make(chan struct{}), 0
				fakes.Stream.PagesFunc = func(ctx context.Context, queries []streams.Query) ([]streams.Page, error) {
					if rounds++; rounds == 1 {
						<-gate // the others wait for one round together
					}
					found, err := pages(ctx, queries)
					for i, q := range queries {
						if q.Live && !q.Recorded {
							found[i].Sessions = append(found[i].Sessions, streams.Session{User: "ann", Number: 3, StreamID: "8888_ann"})
						}
					}
					return found, err
				}
				services := fakes.Services()
				test.breaks(&services)
				actions, err := action.New(services, telemetry.Discard())
				if err != nil {
					t.Fatal(err)
				}
				defer actions.Close()
				var group sync.WaitGroup
				for _, flag := range []int{2, 1, 2, 3, 1} {
					group.Go(func() {
						request := fmt.Sprintf(`{"Action":"FetchList","flag":%d,"pageno":1,"pagesize":20}`, flag)
						if got := actions.Serve(t.Context(), []byte(request)); got.Code != test.want[flag] {
							t.Errorf("flag %d is answered %s, want code %d", flag, got.Body, test.want[flag])
						}
					})
					synctest.Wait()
				}
				close(gate)
				group.Wait()
				if rounds != 2 {
					t.Errorf("there were %d rounds, want 2", rounds)
				}
			})
		})
	}
}
