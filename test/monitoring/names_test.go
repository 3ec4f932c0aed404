package monitoring_test

import (
	"reflect"
	"testing"

	"xiaozhibo.dev/test/monitoring"
)

func TestUsesAreMetricsWithTheLabelsTheyNeed(t *testing.T) {
	got := uses(t, "here", `histogram_quantile(0.99, sum by (le, rpc_method) (rate(rpc_seconds_bucket{job="a",code!=""}[5m])))
		/ on (job) group_left max by (pod) (up) unless xzb_live > 1`)
	want := []monitoring.Use{
		{Metric: "rpc_seconds_bucket", Labels: []string{"code", "job", "le", "rpc_method"}, Where: "here"},
		{Metric: "up", Labels: []string{"pod"}, Where: "here"},
		{Metric: "xzb_live", Labels: nil, Where: "here"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if _, err := monitoring.Uses("here", "sum(("); err == nil {
		t.Error("what is no PromQL is taken")
	}
}

func TestIdentifiersAreOursAndThoseOfGoAndTheProcess(t *testing.T) {
	text := "`xzb_live` and go_goroutines; process_open_fds{pod=\"x\"}, xzb_live again, http_server_x_seconds_bucket, not_xzb_live, xzb:, gopher_x, db_."
	want := []string{"go_goroutines", "http_server_x_seconds_bucket", "process_open_fds", "xzb_live"}
	if got := monitoring.Identifiers(text); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestQueriesOfADocumentAndQuestionsOfAnAlertAreFound(t *testing.T) {
	document := "Look:\n\n```promql\nup ==\n  0\n```\n\nor\n\n```sh\nls\n```\n\n```promql\nup\n```\n"
	if got, want := monitoring.Queries(document), []string{"up ==\n  0", "up"}; !reflect.DeepEqual(got, want) {
		t.Errorf("queries are %q, want %q", got, want)
	}
	annotation := "{{ range printf `sum(x{a=%q})` $labels.a | query }} {{ . }} {{ end }} {{ range query `up` }} {{ end }}"
	if got, want := monitoring.Questions(annotation), []string{`sum(x{a="x"})`, "up"}; !reflect.DeepEqual(got, want) {
		t.Errorf("questions are %q, want %q", got, want)
	}
}
