package monitoring_test

import (
	"slices"
	"strings"
	"testing"

	"xiaozhibo.dev/libs/store/redisdb/redistest"
	"xiaozhibo.dev/test/e2e/client"
	"xiaozhibo.dev/test/e2e/deployments"
	"xiaozhibo.dev/test/e2e/disasters"
	"xiaozhibo.dev/test/monitoring"
)

// A panel, an alert or a document on a metric that no program has, or on a label that it has not, would never show
// anything: all that they name was in a scrape of programs that did everything there is to do, and had everything happen to
// them that can.
func TestEveryMetricThatIsNamedIsInAScrape(t *testing.T) {
	programs := build(t)
	scraped := map[string]map[string]bool{}
	learn := func(p *prometheus) {
		p.scraped(2)
		for metric, names := range p.seen() {
			if scraped[metric] == nil {
				scraped[metric] = map[string]bool{}
			}
			for name := range names {
				scraped[metric][name] = true
			}
		}
	}
	t.Run("one process on bbolt", func(t *testing.T) {
		outward := map[string]string{ // one reader would do; this receiver is down
			"XZB_LISTEN_EVENTS": "127.0.0.1:0", "XZB_WEBHOOK_URL": "http://127.0.0.1:1/", "XZB_WEBHOOK_RETRY_FOR": "1s", "XZB_CHANGES_TTL": "1h",
			"XZB_WEBHOOK_SECRET":    "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
			"XZB_MEDIA_LISTEN_RTMP": "127.0.0.1:0", "XZB_MEDIA_LISTEN_HTTP": "127.0.0.1:0",
		}
		settings := client.Changed(client.ObservingProofs(), outward)
		settings["XZB_PLATFORM"], settings["XZB_PLATFORM_URL"] = "media", "http://127.0.0.1:9" // nobody answers there: what it is asked is counted
		system := disasters.Watch(t, deployments.Deployment{Programs: programs, Copies: 1, Store: deployments.Bbolt, Settings: settings})
		p := watch(t, system.Targets())
		system.Exercise()
		learn(p)
	})
	t.Run("five processes on bbolt, of which two die", func(t *testing.T) {
		system := disasters.Watch(t, deployments.Deployment{Programs: programs, Split: true, Copies: 1, Store: deployments.Bbolt})
		p := watch(t, system.Targets())
		system.Busy()
		for _, victim := range []string{"counter", "room"} {
			system.Kill(victim)
			system.More(300)
		}
		p.scraped(5)
		learn(p)
		system.Rest()
	})
	t.Run("two copies of five processes on Redis, which dies", func(t *testing.T) {
		redis := redistest.Start(t)
		system := disasters.Watch(t, deployments.Deployment{Programs: programs, Split: true, Copies: 2, Store: deployments.Redis(redis.Addr(), "", "")})
		p := watch(t, system.Targets())
		system.Exercise()
		learn(p)
		system.Busy()
		redis.Kill(t)
		system.More(300)
		learn(p)
		system.Rest()
	})
	if t.Failed() {
		return
	}

	for _, use := range everyUse(t) {
		names := scraped[use.Metric]
		if names == nil {
			t.Errorf("%s asks for %s, which no program has", use.Where, use.Metric)
			continue
		}
		for _, name := range use.Labels {
			if !names[name] {
				t.Errorf("%s asks for %s with the label %s, which it has not", use.Where, use.Metric, name)
			}
		}
	}
	known := map[string]bool{}
	for metric, names := range scraped {
		mustBeNamedAsElsewhere(t, metric, names)
		known[metric] = true
		for _, part := range []string{"_bucket", "_sum", "_count"} {
			known[strings.TrimSuffix(metric, part)] = true
		}
		for name := range names {
			known[name] = true
		}
	}
	documents, err := monitoring.Documents()
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range documents {
		for _, name := range monitoring.Identifiers(text) {
			if !known[name] {
				t.Errorf("%s names %s, which is neither a metric nor a label of one", path, name)
			}
		}
	}
}

// conventional are label names of OpenTelemetry's conventions, or how they begin, and what Prometheus adds.
var conventional = []string{
	"xzb_", "http_", "rpc_", "server_", "db_", "url_", "error_type", "service_version", "otel_", "__", "le", "job", "instance", "namespace", "pod",
}

// mustBeNamedAsElsewhere tells of a label of ours that has a name of its own: two metrics that have a label for the same
// fact can be joined only if it has one name.
func mustBeNamedAsElsewhere(t *testing.T, metric string, labels map[string]bool) {
	t.Helper()
	if !strings.HasPrefix(metric, "xzb_") {
		return
	}
	for label := range labels {
		if !slices.ContainsFunc(conventional, func(name string) bool {
			return label == name || strings.HasSuffix(name, "_") && strings.HasPrefix(label, name)
		}) {
			t.Errorf("%s has the label %s, which is neither of a convention nor begins with xzb_", metric, label)
		}
	}
}

// everyUse is what the dashboard, the rules and the queries of documents ask of the programs. What rules record is
// theirs.
func everyUse(t *testing.T) (all []monitoring.Use) {
	t.Helper()
	recorded := map[string]bool{}
	add := func(where, expr string) {
		for _, use := range uses(t, where, expr) {
			if !recorded[use.Metric] {
				all = append(all, use)
			}
		}
	}
	for _, rule := range everyRule(t) {
		if rule.Record != "" {
			recorded[rule.Record] = true
		}
		add(rule.Record+rule.Alert, rule.Expr)
		for _, text := range rule.Annotations {
			for _, question := range monitoring.Questions(text) {
				add(rule.Alert, question)
			}
		}
	}
	for _, panel := range dashboard(t).Panels {
		for _, target := range panel.Targets {
			add("the panel "+panel.Title, view.Query(target.Expr))
		}
	}
	documents, err := monitoring.Documents()
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range documents {
		for _, query := range monitoring.Queries(text) {
			add(path, query)
		}
	}
	return all
}

// build builds the programs as they are shipped, in the workspace, not with the libraries of this module.
func build(t *testing.T) deployments.Programs {
	t.Helper()
	t.Setenv("GOWORK", "")
	return deployments.BuildIn(t, "..")
}
