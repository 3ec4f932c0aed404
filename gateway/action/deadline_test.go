package action_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"xiaozhibo.dev/gateway/envelope"
	"xiaozhibo.dev/gateway/gatewaytest"
	"xiaozhibo.dev/libs/api/streams"
)

func TestAListThatHangsIsAnsweredAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fakes := gatewaytest.World()
		pages := fakes.Stream.PagesFunc
		fakes.Stream.PagesFunc = func(ctx context.Context, _ []streams.Query) ([]streams.Page, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
		defer actions.Close()

		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		if got := actions.Serve(ctx, []byte(fetchList)); got.Code != envelope.Unavailable || time.Since(began) != 5*time.Second {
			t.Errorf("answered %s after %v", got.Body, time.Since(began))
		}
		synctest.Wait() // the round has ended too
		fakes.Stream.PagesFunc = pages
		if got := actions.Serve(t.Context(), []byte(fetchList)); got.Code != envelope.OK {
			t.Errorf("the next list is answered %s", got.Body)
		}
	})
}

func TestAnImpatientClientDoesNotHarmThoseWhoWaitWithHim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fakes := gatewaytest.World()
		pages := fakes.Stream.PagesFunc
		answers := make(chan struct{})
		fakes.Stream.PagesFunc = func(ctx context.Context, queries []streams.Query) ([]streams.Page, error) {
			<-answers
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return pages(ctx, queries)
		}
		actions := newActions(t, fakes, slog.New(slog.DiscardHandler))
		defer actions.Close()

		poll := func(patience time.Duration) <-chan envelope.Code {
			done := make(chan envelope.Code, 1)
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				done <- actions.Serve(ctx, []byte(fetchList)).Code
			}()
			synctest.Wait()
			return done
		}
		first := poll(time.Minute) // makes the others wait for the next round
		impatient, patient := poll(2*time.Second), poll(time.Minute)
		answers <- struct{}{}
		if code := <-impatient; code != envelope.Unavailable {
			t.Errorf("the impatient client is answered %d", code)
		}
		close(answers)
		if one, other := <-first, <-patient; one != envelope.OK || other != envelope.OK {
			t.Errorf("the patient clients are answered %d and %d", one, other)
		}
	})
}

func TestAfterCloseAListIsUnavailable(t *testing.T) {
	actions := newActions(t, gatewaytest.World(), slog.New(slog.DiscardHandler))
	actions.Close()
	if got := actions.Serve(t.Context(), []byte(fetchList)); got.Code != envelope.Unavailable {
		t.Errorf("answered %s", got.Body)
	}
}
