package monitoring_test

import (
	"fmt"
	"testing"
)

// A failure in five hundred is nothing to wake anybody for; after three days it is something to look at.
func TestASlowLeakOfTheBudgetIsAWarningInTheEnd(t *testing.T) {
	const days = 3
	w := &world{days * 24 * 60, map[string]values{}}
	w.answer("gateway-6d4-a", "FetchList", "0", "", 1000, 0)
	w.answer("gateway-6d4-a", "FetchList", "4000", "internal", 2, 0)
	w.answer("gateway-6d4-a", "GetUserInfo", "0", "", 1000, 0)
	w.answer("gateway-6d4-a", "GetUserInfo", "4000", "internal", 0.5, 0) // within the objective
	w.gauge("up", "gateway-6d4-a").at(0, 1)
	_, ever := w.play(t, 0, 60)
	got := fmt.Sprint(ever)
	if want := "[XiaozhiboErrorBudgetBurn warning long=3d short=6h xzb_action=FetchList]"; got != want {
		t.Errorf("fires %s, want %s", got, want)
	}
	if _, ever := w.play(t, 0, 60, "prometheusRule.availability=99"); len(ever) > 0 {
		t.Errorf("with an objective of 99 %% fires %s", ever)
	}
}

// burning are the alerts that these Actions fail.
func burning(long, short string, failing ...string) (alerts []string) {
	for _, action := range failing {
		alerts = append(alerts, fmt.Sprintf("XiaozhiboErrorBudgetBurn critical long=%s short=%s xzb_action=%s", long, short, action))
	}
	return alerts
}
