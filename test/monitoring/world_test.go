package monitoring_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"

	"xiaozhibo.dev/test/monitoring"
)

// world is the metrics of a release over time, a sample each minute: what each
// series grows or stands at, from which minute on.
type world struct {
	minutes int
	series  map[string]values
}

// values are steps: from a minute on, a number. Counters grow by it each minute, gauges are it. NaN is none.
type values struct {
	counter bool
	steps   map[int]float64
}

const gone = -1 // a gauge that is not there

var (
	actions = []string{
		"RequestLVBAddr", "ChangeStatus", "ChangeCount", "FetchList", "GetCOSSign", "EnterGroup", "QuitGroup",
		"FetchGroupMemberList", "GetUserInfo",
	}
	services = []string{"stream", "counter", "room", "signing"}
)

// healthy is a release on bbolt with two gateways, whose clients make mistakes of their own.
func healthy(minutes int) *world {
	w := &world{minutes, map[string]values{}}
	for _, pod := range []string{"gateway-6d4-a", "gateway-6d4-b"} {
		for _, action := range actions {
			w.answer(pod, action, "0", "", 600, 0)
			w.answer(pod, action, "1000", "", 120, 0)
			w.answer(pod, action, "2003", "", 90, 0)
		}
		w.answer(pod, "_OTHER", "1000", "", 60, 0)
		for _, service := range services {
			w.gauge("xzb_upstream_breaker_open", pod, "server_address", service).at(0, 0)
			w.counter("rpc_client_call_duration_seconds_count", pod, "server_address", service, "rpc_response_status_code", "ok").at(0, 900)
			w.counter("rpc_client_call_duration_seconds_count", pod, "server_address", service, "rpc_response_status_code", "not_found").at(0, 90)
		}
		w.counter("xzb_events_total", pod, "xzb_event_type", "push", "http_response_status_code", "200", "xzb_event_verdict", "applied").at(0, 12)
		w.counter("xzb_events_total", pod, "xzb_event_type", "push", "http_response_status_code", "403", "xzb_event_verdict", "").at(0, 4) // forged
		w.counter("xzb_events_total", pod, "xzb_event_type", "malformed", "http_response_status_code", "400", "xzb_event_verdict", "").at(0, 30)
		w.gauge("xzb_platform_poll_interval_seconds", pod).at(0, 60)
		w.gauge("xzb_platform_poll_latest_seconds", pod).at(0, 0)
	}
	for minute := range minutes + 1 {
		w.gauge("xzb_platform_poll_latest_seconds", "gateway-6d4-a").at(minute, float64(60*minute)) // the copy that polls
	}
	w.counter("xzb_platform_calls_total", "gateway-6d4-a", "xzb_platform_call", "list", "xzb_platform_outcome", "answered").at(0, 1)
	for verdict, perMinute := range map[string]float64{"applied": 9, "repeated": 2, "late": 1} {
		w.counter("xzb_events_total", "gateway-6d4-a", "xzb_event_type", "im_state", "http_response_status_code", "200", "xzb_event_verdict", verdict).at(0, perMinute)
	}
	w.counter("xzb_events_total", "gateway-6d4-b", "xzb_event_type", "vod_deleted", "http_response_status_code", "200", "xzb_event_verdict", "applied").at(0, 0)
	w.counter("xzb_events_total", "gateway-6d4-a", "xzb_event_type", "vod_other", "http_response_status_code", "403", "xzb_event_verdict", "").at(0, 0)
	w.counter("xzb_events_ended_total", "gateway-6d4-b", "xzb_reason", "slow").at(0, 1) // a phone in a tunnel
	w.gauge("xzb_media_pushes", "media-0").at(0, 20)
	w.counter("xzb_media_refused_total", "media-0", "xzb_reason", "limit").at(0, 0)
	w.counter("xzb_media_refused_total", "media-0", "xzb_reason", "denied").at(0, 10)
	w.counter("xzb_media_recordings_lost_total", "media-0").at(0, 0)
	for outcome, perMinute := range map[string]float64{"answered": 6, "not_answered": 1} {
		w.counter("xzb_media_events_total", "media-0", "xzb_event_type", "pushed", "xzb_outcome", outcome).at(0, perMinute)
	}
	for _, service := range services {
		w.counter("db_client_operation_duration_seconds_count", service+"-0", "db_namespace", service, "db_system_name", "bbolt", "db_operation_name", "commit").at(0, 300)
	}
	for _, pod := range append([]string{"gateway-6d4-a", "gateway-6d4-b"}, "stream-0", "counter-0", "room-0", "signing-0", "media-0") {
		w.gauge("up", pod).at(0, 1)
		w.gauge("process_start_time_seconds", pod).at(0, 1000)
	}
	return w
}

// answer has pod answer an Action so often each minute from a minute on, within 0.1 s.
func (w *world) answer(pod, action, returnValue, errorType string, perMinute float64, from int) {
	w.answerIn(pod, action, returnValue, errorType, perMinute, perMinute, from)
}

// answerIn is answer with so many of them within 0.5 s.
func (w *world) answerIn(pod, action, returnValue, errorType string, perMinute, soon float64, from int) {
	labels := []string{"xzb_action", action, "xzb_return_value", returnValue}
	if errorType != "" {
		labels = append(labels, "error_type", errorType)
	}
	const name = "http_server_request_duration_seconds"
	w.counter(name+"_count", pod, labels...).at(from, perMinute)
	w.counter(name+"_bucket", pod, append(labels, "le", "0.5")...).at(from, soon)
	w.counter(name+"_bucket", pod, append(labels, "le", "+Inf")...).at(from, perMinute)
}

func (w *world) counter(name, pod string, labels ...string) values {
	return w.find(true, name, pod, labels)
}
func (w *world) gauge(name, pod string, labels ...string) values {
	return w.find(false, name, pod, labels)
}

func (w *world) find(counter bool, name, pod string, pairs []string) values {
	all := fmt.Sprintf("namespace=%q,job=%q,pod=%q", monitoring.Namespace, monitoring.Job, "live-xiaozhibo-"+pod)
	for i := 0; i < len(pairs); i += 2 {
		all += fmt.Sprintf(",%s=%q", pairs[i], pairs[i+1])
	}
	key := name + "{" + all + "}"
	if _, known := w.series[key]; !known {
		w.series[key] = values{counter, map[int]float64{}}
	}
	return w.series[key]
}

func (v values) at(minute int, value float64) values {
	v.steps[minute] = value
	return v
}

// load is the world in the notation of Prometheus' own tests.
func (w *world) load() string {
	var text strings.Builder
	text.WriteString("load 1m\n")
	for _, key := range slices.Sorted(maps.Keys(w.series)) {
		v := w.series[key]
		text.WriteString("  " + key)
		total, step, begun := 0.0, 0.0, false
		for minute := range w.minutes + 1 {
			if changed, ok := v.steps[minute]; ok {
				step, begun = changed, true
			}
			switch {
			case !begun || (!v.counter && step == gone):
				text.WriteString(" _")
			case v.counter:
				fmt.Fprintf(&text, " %g", total)
				total += step
			default:
				fmt.Fprintf(&text, " %g", step)
			}
		}
		text.WriteString("\n")
	}
	return text.String()
}

// alert is one that fires.
type alert struct {
	Name, Severity string
	For            string // the labels that say what or for whom
	Since          int    // minute
	Description    string
}

func (a alert) String() string { return fmt.Sprintf("%s %s %s", a.Name, a.Severity, a.For) }

// play runs the chart's rules over the world, from a minute on, a look every so many minutes. It returns what fires at
// its end, and everything that fired.
func (w *world) play(t *testing.T, from, every int, settings ...string) (last, all []alert) {
	t.Helper()
	loaded, err := promqltest.NewLazyLoader(w.load(), promqltest.LazyLoaderOpts{EnableAtModifier: true, EnableNegativeOffset: true, Parser: monitoring.PromQL})
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Close()
	groups := ruleGroups(t, loaded.QueryEngine(), loaded.Storage(), settings...)
	start := time.Unix(0, 0)
	ever := map[string]alert{}
	for minute := from; minute <= w.minutes; minute += every {
		now := start.Add(time.Duration(minute) * time.Minute)
		loaded.WithSamplesTill(now, func(err error) {
			if err != nil {
				t.Fatal(err)
			}
			evaluate(t, groups, now)
		})
		last = active(t, groups, rules.StateFiring, start)
		for _, a := range last {
			ever[a.String()] = a
		}
	}
	return last, slices.Collect(maps.Values(ever))
}

// ruleGroups are the chart's rules on a storage, in the order of evaluation.
func ruleGroups(t *testing.T, engine promql.QueryEngine, store storage.Storage, settings ...string) []*rules.Group {
	t.Helper()
	_, text, err := monitoring.Rules(t.Context(), settings...)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:    rules.EngineQueryFunc(engine, store),
		AppendableV2: store,
		Context:      t.Context(),
		NotifyFunc:   func(context.Context, string, ...*rules.Alert) {},
		Logger:       promslog.NewNopLogger(),
		Parser:       monitoring.PromQL,
	})
	byName, errs := manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, file)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	// Windows come before the objectives that look at them.
	return slices.SortedFunc(maps.Values(byName), func(a, b *rules.Group) int { return -strings.Compare(a.Name(), b.Name()) })
}

func evaluate(t *testing.T, groups []*rules.Group, now time.Time) {
	t.Helper()
	for _, group := range groups {
		group.Eval(t.Context(), now)
		for _, rule := range group.Rules() {
			if rule.LastError() != nil {
				t.Fatalf("%v, %s: %v", now, rule.Name(), rule.LastError())
			}
		}
	}
}

// active are the alerts in a state; they count minutes from the start.
func active(t *testing.T, groups []*rules.Group, state rules.AlertState, start time.Time) (alerts []alert) {
	t.Helper()
	for _, group := range groups {
		for _, rule := range group.AlertingRules() {
			for _, a := range rule.ActiveAlerts() {
				if a.State == state {
					alerts = append(alerts, newAlert(t, rule, a, start))
				}
			}
		}
	}
	slices.SortFunc(alerts, func(a, b alert) int { return strings.Compare(a.String(), b.String()) })
	return alerts
}

func newAlert(t *testing.T, rule *rules.AlertingRule, a *rules.Alert, start time.Time) alert {
	t.Helper()
	if a.Labels.Get("namespace") != monitoring.Namespace || a.Labels.Get("job") != monitoring.Job {
		t.Errorf("%s does not say which release it speaks of: %s", rule.Name(), a.Labels)
	}
	var whom []string
	a.Labels.Range(func(l labels.Label) {
		switch l.Name {
		case labels.AlertName, "severity", "namespace", "job":
		default:
			whom = append(whom, l.Name+"="+l.Value)
		}
	})
	a.Annotations.Range(func(l labels.Label) {
		if strings.Contains(l.Value, "error expanding template") || strings.Contains(l.Value, "<no value>") {
			t.Errorf("%s: %s is %q", rule.Name(), l.Name, l.Value)
		}
	})
	return alert{
		rule.Name(), a.Labels.Get("severity"), strings.Join(whom, " "), int(a.ActiveAt.Sub(start).Minutes()),
		a.Annotations.Get("summary") + "\n" + a.Annotations.Get("description"),
	}
}
