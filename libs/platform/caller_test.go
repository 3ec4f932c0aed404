package platform_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"xiaozhibo.dev/libs/platform"
)

func TestACallThatTheBudgetHasNoTurnForIsCounted(t *testing.T) {
	reader := sdk.NewManualReader()
	caller, err := platform.NewCaller(http.DefaultTransport, 1, sdk.NewMeterProvider(sdk.WithReader(reader)).Meter("test"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond) // the second turn is a second away
	defer cancel()
	refuse := func(context.Context) (*http.Request, error) { return nil, errors.New("not asked") }
	for range 2 {
		if err := caller.Do(ctx, platform.CallList, refuse, nil); err == nil {
			t.Error("a call that was not made had no error")
		}
	}
	var found metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &found); err != nil {
		t.Fatal(err)
	}
	spent := int64(0)
	for _, point := range found.ScopeMetrics[0].Metrics[0].Data.(metricdata.Sum[int64]).DataPoints {
		if outcome, _ := point.Attributes.Value("xzb.platform.outcome"); outcome.AsString() == string(platform.Spent) {
			spent += point.Value
		}
	}
	if spent != 1 {
		t.Errorf("%d calls had no turn, want 1", spent)
	}
}
