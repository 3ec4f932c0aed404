package action_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/counters"
	"xiaozhibo.dev/libs/api/streams"
)

func TestAllWhoPollDuringARoundShareTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fakes := gatewaytest.World()
		pages := fakes.Stream.PagesFunc
		var rounds [][]streams.Query
		var fanOuts atomic.Int64
		first := make(chan struct{})
		fakes.Stream.PagesFunc = func(ctx context.Context, queries []streams.Query) ([]streams.Page, error) {
			if rounds = append(rounds, slices.Clone(queries)); len(rounds) == 1 {
				<-first
			}
			return pages(ctx, queries)
		}
		likes := fakes.Counter.GetFunc
		fakes.Counter.GetFunc = func(ctx context.Context, keys []counters.Key) ([]int64, error) {
			fanOuts.Add(1)
			return likes(ctx, keys)
		}
		actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
		defer actions.Close()

		var group sync.WaitGroup
		poll := func(flag int) {
			group.Go(func() {
				request := fmt.Sprintf(`{"Action":"FetchList","flag":%d,"pageno":1,"pagesize":20}`, flag)
				if body := string(actions.Serve(t.Context(), []byte(request)).Body); !strings.HasPrefix(body, `{"returnValue":0,`) {
					t.Errorf("flag %d is answered %s", flag, body)
				}
			})
		}
		poll(1)
		synctest.Wait() // the first round is under way
		for range 100 {
			poll(1)
			poll(3)
		}
		synctest.Wait()
		if len(rounds) != 1 {
			t.Errorf("%d rounds began while the first was under way", len(rounds))
		}
		close(first)
		group.Wait()
		// Nobody who came later was served from the first round: it may be older
		// than a write acknowledged since.
		if len(rounds) != 2 || len(rounds[1]) != 2 || fanOuts.Load() != 2 {
			t.Errorf("the rounds asked for %v with %d fan-outs, want 2 rounds, the second for 2 pages", rounds, fanOuts.Load())
		}
	})
}

func TestLikesAndMembersAreKeptUnderTheSession(t *testing.T) {
	fakes := gatewaytest.World()
	var keys []counters.Key
	fakes.Counter.AddFunc = func(additions []counters.Addition) ([]int64, error) {
		keys = append(keys, additions[0].Key)
		return []int64{1}, nil
	}
	actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
	defer actions.Close()
	actions.Serve(t.Context(), []byte(like))
	actions.Serve(t.Context(), []byte(`{"Action":"ChangeCount","userid":"tom","type":1,"optype":0,"flag":1,"fileid":"r1"}`))
	want := []counters.Key{{Name: "live\x00tom", Session: 7}, {Name: "file\x00tom\x00r1"}}
	if !slices.Equal(keys, want) {
		t.Errorf("likes went to %+v, want %+v", keys, want)
	}
}
