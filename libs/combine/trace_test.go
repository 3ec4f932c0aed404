package combine_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"xiaozhibo.dev/libs/combine"
	"xiaozhibo.dev/libs/telemetry/telemetrytest"
)

type linked = sdktrace.Link

func TestASharedBatchIsFoundFromTheTraceOfEachOfItsCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorder := telemetrytest.New()
		hold := make(chan struct{})
		c := combine.New(combine.Options{Name: "words", Max: 10, Meter: recorder.Scope().Meter}, plain(func(ctx context.Context, items []string) ([]string, error) {
			if items[0] == "held" {
				<-hold
			}
			_, span := recorder.Scope().Tracer.Start(ctx, "run "+items[0])
			span.End()
			return items, nil
		}))
		call := func(name string) (done chan trace.SpanContext) {
			done = make(chan trace.SpanContext, 1)
			ctx, span := recorder.Scope().Tracer.Start(t.Context(), name)
			go func() {
				defer span.End()
				if _, err := combine.All(c.Do(ctx, name)); err != nil {
					t.Error(err)
				}
				done <- span.SpanContext()
			}()
			synctest.Wait()
			return done
		}
		held := call("held")
		first, second, third := call("first"), call("second"), call("third")
		close(hold)
		alone, callers := <-held, []trace.SpanContext{<-first, <-second, <-third}
		c.Close()
		synctest.Wait()

		if run := recorder.Span(t, "run held"); run.Parent().SpanID() != alone.SpanID() {
			t.Error("what one caller asked for is not in his own span")
		}
		batch := recorder.Span(t, "batch words")
		if batch.Parent().SpanID() != callers[0].SpanID() {
			t.Error("the batch is not in the trace of its first caller")
		}
		if run := recorder.Span(t, "run first"); run.Parent().SpanID() != batch.SpanContext().SpanID() {
			t.Error("what is run is not in the span of the batch")
		}
		for i, name := range []string{"second", "third"} {
			caller := recorder.Span(t, name)
			if !slices.ContainsFunc(batch.Links(), func(link linked) bool { return link.SpanContext.Equal(callers[i+1]) }) {
				t.Errorf("the batch does not lead to %s", name)
			}
			if !slices.ContainsFunc(caller.Links(), func(link linked) bool {
				return link.SpanContext.SpanID() == batch.SpanContext().SpanID()
			}) {
				t.Errorf("%s does not lead to the batch", name)
			}
		}
		if values := recorder.Values(t); values["xzb.batch.size xzb.batch=words"] != 2 || values["xzb.batch.wait xzb.batch=words"] != 2 {
			t.Errorf("measured %v, want two batches", values)
		}
	})
}
