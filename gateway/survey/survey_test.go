package survey_test

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/gateway/survey"
	"xiaozhibo.dev/libs/api/members"
	"xiaozhibo.dev/libs/api/streams"
	"xiaozhibo.dev/libs/apierr"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

func TestEveryLiveRoomAndItsMembersAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var live atomic.Int64
		var down atomic.Bool
		fakes := gatewaytest.World()
		fakes.Stream.PagesFunc = func(_ context.Context, queries []streams.Query) ([]streams.Page, error) {
			if down.Load() {
				return nil, apierr.New(apierr.Unavailable, "down")
			}
			total, q := int(live.Load()), queries[0]
			page := streams.Page{Total: total}
			for i := q.Offset; i < min(total, q.Offset+q.Limit) && q.Live && !q.Recorded; i++ {
				page.Sessions = append(page.Sessions, streams.Session{User: strconv.Itoa(i), Number: 1})
			}
			return []streams.Page{page}, nil
		}
		fakes.Room.SizesFunc = func(_ context.Context, keys []members.Key) ([]int, error) {
			sizes := make([]int, len(keys))
			for i := range keys {
				sizes[i] = 3
			}
			return sizes, nil
		}
		recorder := telemetrytest.New()
		counted, err := survey.New(fakes.Stream, fakes.Room, recorder.Scope())
		if err != nil {
			t.Fatal(err)
		}
		want := func(rooms int) {
			t.Helper()
			synctest.Wait()
			values := recorder.Values(t)
			if values["xzb.rooms.live"] != rooms || values["xzb.members"] != 3*rooms {
				t.Errorf("counted %v, want %d rooms", values, rooms)
			}
		}
		live.Store(450)
		ctx, end := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- counted.Run(ctx) }()
		want(450)
		live.Store(200) // just a page
		<-time.After(16 * time.Second)
		want(200)

		down.Store(true)
		<-time.After(15 * time.Second)
		synctest.Wait()
		if values := recorder.Values(t); len(values) > 0 {
			t.Errorf("shows %v, though nothing is known", values)
		}
		down.Store(false)
		<-time.After(15 * time.Second)
		want(200)
		end()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestACountOfManyPagesTakesATenthOfTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const took, pages = 10 * time.Millisecond, 3
		var asked []time.Duration
		began := time.Now()
		fakes := gatewaytest.World()
		fakes.Stream.PagesFunc = func(_ context.Context, queries []streams.Query) ([]streams.Page, error) {
			asked = append(asked, time.Since(began))
			<-time.After(took)
			sessions := make([]streams.Session, queries[0].Limit)
			if len(asked) == pages {
				sessions = nil
			}
			return []streams.Page{{Sessions: sessions}}, nil
		}
		fakes.Room.SizesFunc = func(_ context.Context, keys []members.Key) ([]int, error) { return make([]int, len(keys)), nil }
		counted, err := survey.New(fakes.Stream, fakes.Room, telemetrytest.New().Scope())
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		if err := counted.Run(ctx); err != nil {
			t.Error(err)
		}
		if want := []time.Duration{0, 10 * took, 20 * took}; !slices.Equal(asked, want) {
			t.Errorf("pages were asked for after %v, want %v", asked, want)
		}
	})
}
